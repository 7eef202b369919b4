import {
  HttpClient,
  HttpErrorResponse,
  type HttpInterceptorFn,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { defer, delay, dematerialize, materialize, of, retry, throwError } from 'rxjs';
import { vi } from 'vitest';
import {
  circuitBreakerInterceptor,
  injectCircuitBreakers,
  provideCircuitBreakers,
} from '../../src/angular/index.ts';
import { unlessRefused } from '../../src/index.ts';

const AFTERWARDS = 30_000;
const EVERY = 500;
const LATENCY = 50;
const config = { count: 2, delay: 1_000 }; // three tries, a second apart

const plainRetry: HttpInterceptorFn = (request, next) => next(request).pipe(retry(config));
const stoppingRetry: HttpInterceptorFn = (request, next) =>
  next(request).pipe(retry(unlessRefused(config)));

/** The orders of interceptors that are compared; the breaker is the real one, with its defaults. */
export const orders: Readonly<Record<string, () => HttpInterceptorFn[]>> = {
  '`[retry]`, no breaker': () => [plainRetry],
  '`[breaker, retry]`': () => [circuitBreakerInterceptor(), plainRetry],
  '`[retry, breaker]`': () => [plainRetry, circuitBreakerInterceptor()],
  '`[retry unless refused, breaker]`': () => [stoppingRetry, circuitBreakerInterceptor()],
};

/** What an outage means for a backend and for the users of an app. */
interface Outage {
  /** Requests that reached the backend while it was dead. */
  readonly hits: number;
  /** Milliseconds until the circuit opened; undefined for a circuit that never did. */
  readonly openedAfter: number | undefined;
  /** Errors that users saw, and the milliseconds that they waited for them, on average. */
  readonly errors: number;
  readonly wait: number;
  /** Milliseconds from the end of the outage to the first request that succeeded. */
  readonly backAfter: number;
}

/** Plays two requests a second against a backend that is dead at first. The timers of the caller are fake. */
async function outage(chain: HttpInterceptorFn[], ends: number): Promise<Outage> {
  const begin = Date.now();
  const now = (): number => Date.now() - begin;
  let hits = 0;
  const http = guarded(chain, () => {
    const isDead = now() < ends;
    if (isDead) hits++;
    return isDead;
  });
  let openedAfter: number | undefined;
  TestBed.runInInjectionContext(injectCircuitBreakers).events$.subscribe((event) => {
    if (event.type === 'state-change' && event.to === 'open') openedAfter ??= now();
  });
  const waits: number[] = [];
  let backAfter: number | undefined;
  for (let at = 0; at < ends + AFTERWARDS; at += EVERY) {
    http.get('https://api.test/x').subscribe({
      next: () => {
        backAfter ??= now() - ends;
      },
      error: () => waits.push(now() - at),
    });
    await vi.advanceTimersByTimeAsync(EVERY);
  }
  const wait = mean(waits);
  return { hits, openedAfter, errors: waits.length, wait, backAfter: backAfter as number };
}

/**
 * A row of the README's table: an outage of a minute, and the way back from outages that end at other points of the open
 * time.
 */
export async function row(name: string, chain: () => HttpInterceptorFn[]): Promise<string> {
  const all: Outage[] = [];
  for (const ends of [60_000, 63_000, 66_000, 69_000, 72_000]) {
    all.push(await outage(chain(), ends));
    TestBed.resetTestingModule();
  }
  const { hits, openedAfter, errors, wait } = all[0] as Outage;
  const opened = openedAfter === undefined ? 'never' : seconds(openedAfter);
  const back = seconds(mean(all.map(({ backAfter }) => backAfter)));
  return `| ${name} | ${hits} | ${opened} | ${errors} | ${seconds(wait)} | ${back} |`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Plays ten minutes against a backend that fails every fourth request. Returns how many errors the user saw. */
export async function blips(chain: HttpInterceptorFn[]): Promise<number> {
  let reached = 0;
  const http = guarded(chain, () => ++reached % 4 === 0);
  let seen = 0;
  for (let at = 0; at < 600_000; at += EVERY) {
    http.get('https://api.test/x').subscribe({ error: () => seen++ });
    await vi.advanceTimersByTimeAsync(EVERY);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  return seen;
}

/** An app with these interceptors around a backend that answers after a while, or fails. */
function guarded(chain: HttpInterceptorFn[], fails: () => boolean): HttpClient {
  const backend: HttpInterceptorFn = () =>
    defer(() =>
      fails()
        ? throwError(() => new HttpErrorResponse({ status: 503 }))
        : of(new HttpResponse({ body: 'well' })),
    ).pipe(materialize(), delay(LATENCY), dematerialize());
  TestBed.configureTestingModule({
    providers: [provideHttpClient(withInterceptors([...chain, backend])), provideCircuitBreakers()],
  });
  return TestBed.inject(HttpClient);
}
