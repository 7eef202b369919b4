import { ensureFields, positive, share, span, whole } from '../check.js';
import { ensureIncidents, type Incident } from './incident.js';
import { type Distribution, distributionOf } from './latency.js';

/** The service behind the breaker. */
export interface ServicePlan {
  /** How long an answer takes while all is well: milliseconds, or a distribution. */
  readonly latency: number | Distribution;
  /**
   * Fraction of failing calls while all is well.
   * @default 0
   */
  readonly failureRate?: number;
  /**
   * Calls in work at once; other calls wait in a queue, first come, first served.
   * @default no limit, so no queue
   */
  readonly workers?: number;
  /**
   * The length of the queue; at this length a further call fails at once. Needs `workers`.
   * @default no limit
   */
  readonly queue?: number;
  /**
   * Caches that are empty after an outage, a hang or a crash: the first call takes `factor` times as long, and
   * the surplus shrinks along a line to nothing over the next `calls` calls.
   * @default none
   */
  readonly cold?: { readonly factor: number; readonly calls: number };
  /**
   * Overload makes the service slower: a call takes `1 + waiting / thrash` times as long. Needs `workers`.
   * @default none
   */
  readonly thrash?: number;
  /**
   * With `waiting` calls in the queue the service crashes: every call in it fails, the service fails calls at
   * once for `for` milliseconds, then begins again with an empty queue and, with `cold`, empty caches. Needs
   * `workers`.
   * @default none
   */
  readonly crash?: { readonly waiting: number; readonly for: number };
  /**
   * Trouble, by `outage`, `errors`, `hang` and `slow`. Incidents may overlap.
   * @default none
   */
  readonly incidents?: readonly Incident[];
}

/** Throws a TypeError or a RangeError naming the field, unless the plan of a service can be played. */
export function ensureService(subject: string, service: ServicePlan): void {
  ensureFields(subject, service, {
    latency: null,
    'failureRate?': share,
    'workers?': whole(1, 65_536),
    'queue?': whole(0, 2 ** 30),
    'cold?': null,
    'thrash?': positive,
    'crash?': null,
    'incidents?': null,
  });
  distributionOf(`${subject}.latency`, service.latency);
  const { workers, cold, crash, incidents } = service;
  if (cold !== undefined) {
    ensureFields(`${subject}.cold`, cold, { factor: positive, calls: whole(1, 2 ** 30) });
  }
  if (crash !== undefined) {
    ensureFields(`${subject}.crash`, crash, { waiting: whole(1, 2 ** 30), for: span });
  }
  if (workers === undefined) {
    for (const name of ['queue', 'thrash', 'crash'] as const) {
      if (service[name] === undefined) continue;
      throw new TypeError(`${subject}.${name} needs ${subject}.workers: without, nobody waits`);
    }
  }
  if (incidents !== undefined) ensureIncidents(`${subject}.incidents`, incidents);
}

/** Throws unless every hanging call is ended by somebody. */
export function ensureTimeLimit(service: ServicePlan, timeout: number | undefined): void {
  if (timeout !== undefined || !service.incidents?.some(({ kind }) => kind === 'hang')) return;
  throw new TypeError(
    'plan.clients.timeout is missing: in a hang() no call is answered, so a time limit has to end the calls',
  );
}
