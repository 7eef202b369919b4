// A server that renders an Angular page, as the matrix runs it with every supported Angular: two users at once, a
// backend that fails for one of them, and circuits that stay open for an hour. The end of the process is a claim, too.
import '@angular/compiler'; // the page is compiled as it runs
import { deepStrictEqual } from 'node:assert';
import { createServer } from 'node:http';
import { HttpClient, provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { Component, inject, signal, VERSION } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideServerRendering, renderApplication } from '@angular/platform-server';
import { asyncScheduler } from 'rxjs';
import { circuitBreakers, isCircuitOpenError } from 'rxjs-circuit-breaker';
import {
  circuitBreakerInterceptor,
  injectCircuit,
  provideCircuitBreakers,
} from 'rxjs-circuit-breaker/angular';

let asked = 0;
const server = createServer((request, response) => {
  asked++;
  const user = request.url.slice(1);
  response.statusCode = user === 'Ada' ? 503 : 200;
  response.end(JSON.stringify(`data of ${user}`));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;
const options = {
  consecutiveFailureThreshold: 1,
  retryTimeout: 3_600_000,
  // the timers are real, the clock stands still
  scheduler: { now: () => 0, schedule: asyncScheduler.schedule.bind(asyncScheduler) },
};

/** The text of the page that the server renders for a user. */
async function render(user, given) {
  class Page {
    api = injectCircuit(origin);
    answer = signal('');

    constructor() {
      const show = (error) => (isCircuitOpenError(error) ? 'refused' : `failed: ${error.error}`);
      inject(HttpClient)
        .get(`${origin}/${user}`)
        .subscribe({
          next: (body) => this.answer.set(body),
          error: (error) => this.answer.set(show(error)),
        });
    }
  }
  const PageComponent = Component({
    selector: 'app-page',
    standalone: true,
    template: '{{ api.state() }} {{ api.retryIn() }}, {{ answer() }}',
  })(Page);
  const providers = [
    provideServerRendering(),
    provideHttpClient(withFetch(), withInterceptors([circuitBreakerInterceptor()])),
    provideCircuitBreakers(given),
  ];
  const html = await renderApplication(
    (context) => bootstrapApplication(PageComponent, { providers }, context),
    {
      document: '<html><head></head><body><app-page></app-page></body></html>',
      url: 'https://app.example/',
      allowedHosts: ['app.example'],
    },
  );
  return /<app-page[^>]*>(.*?)<\/app-page>/.exec(html)[1].replaceAll('"', '');
}

let held = 0;
const holds = (got, wanted) => {
  deepStrictEqual(got, wanted);
  held++;
};

holds(await Promise.all([render('Ada', options), render('Bob', options)]), [
  'open 3600, failed: data of Ada',
  'closed 0, data of Bob',
]);
holds(asked, 2);
const shared = circuitBreakers(options);
holds(await render('Ada', shared), 'open 3600, failed: data of Ada');
holds(await Promise.all([render('Ada', shared), render('Bob', shared)]), [
  'open 3600, refused',
  'open 3600, refused',
]);
holds(asked, 3);
server.close();
server.closeAllConnections();
console.log(`Angular ${VERSION.full}: ${held} claims hold`);
