// A whole Angular app, as the matrix runs it with every supported Angular: a guarded HttpClient against a
// real server that fails, and the signals beside it. It ends with the number of what it has seen to hold.
import '@angular/compiler'; // Angular's own packages are half compiled; up to 19 nobody else asks for it
import { deepStrictEqual } from 'node:assert';
import { createServer } from 'node:http';
import { HttpClient, provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { runInInjectionContext, VERSION } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { isCircuitOpenError } from 'rxjs-circuit-breaker';
import {
  circuitBreakerInterceptor,
  injectCircuit,
  provideCircuitBreakers,
} from 'rxjs-circuit-breaker/angular';

let asked = 0;
let healthy = false;
const server = createServer((_, response) => {
  asked++;
  response.statusCode = healthy ? 200 : 503;
  response.end('{}');
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;

const scheduler = clock();
const app = await createApplication({
  providers: [
    provideHttpClient(withFetch(), withInterceptors([circuitBreakerInterceptor()])),
    provideCircuitBreakers({ failureThreshold: 2, retryTimeout: 5_000, scheduler }),
  ],
});
const circuit = runInInjectionContext(app.injector, () => injectCircuit(origin));
const http = app.injector.get(HttpClient);
const get = () =>
  new Promise((answered) => {
    http.get(`${origin}/orders?page=1`).subscribe({ next: answered, error: answered });
  });

let held = 0;
const holds = (got, wanted) => {
  deepStrictEqual(got, wanted);
  held++;
};

holds([circuit.state(), circuit.retryIn()], ['closed', 0]);
holds([(await get()).status, (await get()).status, asked], [503, 503, 2]);
holds([circuit.state(), circuit.retryIn(), circuit.counts().inFlight], ['open', 5, 0]);
const refused = await get();
holds([refused.status, refused.headers.get('Retry-After'), asked], [503, '5', 2]);
holds(isCircuitOpenError(refused.error), true);
scheduler.pass(2_000);
holds([circuit.state(), circuit.retryIn()], ['open', 3]);
scheduler.pass(3_000);
holds([circuit.state(), circuit.retryIn()], ['half-open', 0]);
healthy = true;
holds([await get(), asked, circuit.state()], [{}, 3, 'closed']);
app.destroy();
holds(scheduler.timers(), 0);
server.close();
server.closeAllConnections();
console.log(`Angular ${VERSION.full}: ${held} claims hold`);

/** Time by hand: what is due runs when time passes. */
function clock() {
  let time = 0;
  const timers = new Set();
  return {
    now: () => time,
    timers: () => timers.size,
    schedule(work, delay = 0, state = undefined) {
      const timer = { at: time + delay, run: () => work.call({}, state) };
      timers.add(timer);
      return { unsubscribe: () => timers.delete(timer) };
    },
    pass(ms) {
      const end = time + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        time = due.at;
        due.run();
      }
      time = end;
    },
  };
}
