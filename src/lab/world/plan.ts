import type { SchedulerLike } from 'rxjs';
import { ensure, show } from '../../core/index.js';
import type { CircuitBreaker, CircuitBreakerOptions } from '../../index.js';
import { ensureFields, milliseconds, positive, span, whole } from '../check.js';
import { ensureService, ensureTimeLimit, type ServicePlan } from '../service/servicePlan.js';
import type { Traffic } from '../traffic/traffic.js';

/** Those who call the service. */
export interface ClientsPlan {
  /**
   * Processes, each with a breaker of its own. A request comes to one of them at random.
   * @default 1
   */
  readonly processes?: number;
  /**
   * Milliseconds after which a client gives a call up, which is a failure of the call. The service works on.
   * @default no limit
   */
  readonly timeout?: number;
  /**
   * What a client does after a failure.
   * @default no retry
   */
  readonly retry?: RetryPlan;
}

/** Retries of a client. Each retry is a call of its own, which the breaker admits or refuses. */
export interface RetryPlan {
  /** Retries after the first call, from 1 to 15. */
  readonly count: number;
  /** Milliseconds from a failure to the next call. */
  readonly delay: number;
  /**
   * Each delay is so many times as long as the one before.
   * @default 1
   */
  readonly factor?: number;
  /**
   * Whether refusals are retried too.
   * @default false
   */
  readonly refused?: boolean;
}

/** What is to be played: who calls when, what the service does, and for how long. */
export interface Plan {
  /** When requests come. */
  readonly traffic: Traffic;
  /** The service; may be left out for recorded traffic, whose outcomes are then replayed. */
  readonly service?: ServicePlan;
  /**
   * The callers.
   * @default one process without a time limit and without retries
   */
  readonly clients?: ClientsPlan;
  /** Milliseconds of play. */
  readonly duration: number;
  /**
   * Milliseconds at the beginning whose requests are played and not scored.
   * @default 0
   */
  readonly warmUp?: number;
}

/** What a candidate gets that makes its breakers by hand. */
export interface CandidateEnv {
  /** Virtual time; hand the scheduler on to the breaker. */
  readonly scheduler: SchedulerLike;
  /** Index of the process that the breaker is for. */
  readonly process: number;
  /** A replacement for `Math.random` that belongs to the seed. */
  random(): number;
}

/** Settings on trial: options, `null` for no breaker, or a function that makes the breaker of one process. */
export type Candidate = CircuitBreakerOptions | null | ((env: CandidateEnv) => CircuitBreaker);

/** Calls that one request may make, the first one included. */
export const ATTEMPTS = 16;

/**
 * Throws a TypeError or a RangeError naming the field, unless the plan can be played.
 */
export function ensurePlan(plan: Plan): void {
  ensureFields('plan', plan, {
    traffic: null,
    'service?': null,
    'clients?': null,
    duration: span,
    'warmUp?': milliseconds,
  });
  const { traffic, service, clients = {}, duration, warmUp = 0 } = plan;
  ensure('plan.traffic', traffic, [
    'traffic as of steady(), poisson(), bursty(), diurnal() or recorded()',
    ({ arrivals }: Partial<Traffic>) => typeof arrivals === 'function',
    'object',
  ]);
  ensure('plan.warmUp', warmUp, ['less than plan.duration', (value: number) => value < duration]);
  if (service !== undefined) {
    ensureService('plan.service', service);
    ensureInTime(service, duration);
  } else if (traffic.recording === undefined) {
    throw new TypeError(
      'plan.service is missing: only recorded() traffic brings its outcomes along',
    );
  }
  ensureFields('plan.clients', clients, {
    'processes?': whole(1, 100_000),
    'timeout?': span,
    'retry?': null,
  });
  const { timeout, retry } = clients;
  if (retry !== undefined) {
    ensureFields('plan.clients.retry', retry, {
      count: whole(1, ATTEMPTS - 1),
      delay: milliseconds,
      'factor?': positive,
      'refused?': null,
    });
    const { refused = false } = retry;
    if (typeof refused !== 'boolean') {
      throw new TypeError(`plan.clients.retry.refused must be true or false, got ${show(refused)}`);
    }
    if (service === undefined) {
      throw new TypeError(
        'plan.clients.retry needs plan.service: a log says what one call came to, and nothing of a second one',
      );
    }
  }
  if (service !== undefined) ensureTimeLimit(service, timeout);
}

/** An incident after the end would be without effect, and its scores would look like those of a breaker that sleeps. */
function ensureInTime({ incidents = [] }: ServicePlan, duration: number): void {
  for (const [index, { at }] of incidents.entries()) {
    if (at < duration) continue;
    throw new RangeError(
      `plan.service.incidents[${index}].at must be less than plan.duration, ${duration}, got ${at}`,
    );
  }
}
