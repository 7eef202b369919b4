// HTTP round trips, one after the other: over loopback to `server.mjs`, and into a backend in memory. Over loopback the
// breaker is a small part of the time, and the ratio shows what a user sees. In memory the breaker is most of it.

import { defer, Observable } from 'rxjs';
import { attach, contenders, entryOf, libraryOf, variants } from '../lib/contenders.mjs';

const origin = `http://127.0.0.1:${process.env.BENCH_PORT}`;
const expected = 'Ada';

/** Makes n requests one after the other; each has to bring the answer of the server. */
function oneByOne(call, step) {
  return {
    step,
    async run(n) {
      for (let i = 0; i < n; i++) {
        const { name } = await call();
        if (name !== expected) throw new Error(`the answer was ${name}`);
      }
    },
  };
}

/** An Observable of one value as a promise; the same for all contenders, and shorter than lastValueFrom. */
const answerOf = (observable) => () =>
  new Promise((resolve, reject) => observable.subscribe({ next: resolve, error: reject }));

/** A client of promises, behind an operator or inside of a breaker for promises. */
async function guarded(contender, ask) {
  if (contender.axis === 'promise') return oneByOne(await contender.task(ask), 100);
  return oneByOne(answerOf(await contender.rx(defer(ask))), 100);
}

async function undici() {
  const { Agent, request } = await import('undici');
  const dispatcher = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
  return async () => (await request(origin, { dispatcher })).body.json();
}

/** A backend that answers in a microtask, as an interceptor with a cache does. */
async function inMemory() {
  await import('@angular/compiler'); // first: Angular's packages ask for the compiler when they load
  const { HttpBackend, HttpResponse } = await import('@angular/common/http');
  const body = { id: 7, name: expected };
  const handle = ({ url }) =>
    new Observable((subscriber) => {
      queueMicrotask(() => {
        subscriber.next(new HttpResponse({ status: 200, body, url }));
        subscriber.complete();
      });
    });
  return { provide: HttpBackend, useValue: { handle } };
}

/** Angular's HttpClient on Node: without an app, and with nothing in front of the backend but our interceptor. */
async function angular(name, backend, step) {
  await import('@angular/compiler'); // first, as above
  const core = await import('@angular/core');
  const http = await import('@angular/common/http');
  const features = backend === undefined ? [http.withFetch()] : [];
  const providers = [];
  if (name === 'pass') features.push(http.withInterceptors([(request, next) => next(request)]));
  if (name.startsWith('ours') || name.startsWith('rival')) {
    const variant = name.replace(/^(ours|rival)/, '');
    const { circuitBreakerInterceptor, provideCircuitBreakers } = await entryOf(name, 'angular');
    const group = libraryOf(name).circuitBreakers(variants[variant]);
    group.get(origin);
    await attach(variant, name, group, origin);
    features.push(http.withInterceptors([circuitBreakerInterceptor()]));
    providers.push(provideCircuitBreakers(group));
  }
  const injector = core.createEnvironmentInjector(
    [
      { provide: core.ɵINJECTOR_SCOPE, useValue: 'root' },
      { provide: core.PLATFORM_ID, useValue: 'browser' },
      { provide: core.DOCUMENT, useValue: { baseURI: origin, location: { href: origin } } },
      core.provideZonelessChangeDetection(),
      http.provideHttpClient(...features),
      ...providers,
      ...(backend === undefined ? [] : [backend]),
    ],
    core.Injector.NULL,
  );
  const client = injector.get(http.HttpClient);
  return oneByOne(answerOf(client.get(`${origin}/users/7`)), step);
}

export const workloads = {
  'http.request': async (name) => guarded(contenders[name], await undici()),

  'http.fetch': (name) => guarded(contenders[name], async () => (await fetch(origin)).json()),

  'http.angular': (name) => angular(name, undefined, 100),

  'http.angularMemory': async (name) => angular(name, await inMemory(), 1000),
};
