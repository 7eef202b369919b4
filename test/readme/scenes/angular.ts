import '@angular/compiler'; // Angular's own packages are half compiled
import { HttpBackend, HttpClient, HttpErrorResponse } from '@angular/common/http';
import { DOCUMENT, enableProdMode, runInInjectionContext } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { throwError } from 'rxjs';
import { expect, vi } from 'vitest';
import { provideCircuitBreakers } from '../../../src/angular/index.ts';
import { CircuitOpenError } from '../../../src/index.ts';
import { down, outage, type Play, type Scenes } from '../scene.ts';

enableProdMode(); // the warnings of a development build need a document

/** What the snippet of README.md does in an app, with a backend that is down. */
export async function guardedApp(play: Play): Promise<void> {
  const auth = vi.fn((request, next) => next(request));
  const { appConfig } = await play({ auth });
  const handle = vi.fn(() => throwError(() => new HttpErrorResponse({ status: 503 })));
  const backend = { provide: HttpBackend, useValue: { handle } };
  const page = { provide: DOCUMENT, useValue: { baseURI: 'https://shop.test/' } };
  const app = await createApplication({ providers: [...appConfig.providers, backend, page] });
  const told: HttpErrorResponse[] = [];
  for (let i = 0; i < 4; i++) {
    app.injector
      .get(HttpClient)
      .get('https://api.test/x')
      .subscribe({ error: (error) => told.push(error) });
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(handle, 'four tries, then two more until the circuit opens').toHaveBeenCalledTimes(6);
  expect(auth, 'a token for each request').toHaveBeenCalledTimes(4);
  expect(told.map(({ headers }) => headers.has('Retry-After'))).toEqual([true, true]);
  app.destroy();
}

/** What the snippets about Angular do. */
export const angular: Scenes = {
  async Signals({ play }) {
    const { Banner } = await play();
    const app = await createApplication({
      providers: [provideCircuitBreakers({ consecutiveFailureThreshold: 1 })],
    });
    const { api } = runInInjectionContext(app.injector, () => new Banner());
    expect([api.state(), api.retryIn()]).toEqual(['closed', 0]);
    app.destroy();
  },

  async 'A refused request'({ play, printed }) {
    const refusal = new CircuitOpenError('https://api.test', 'open', 5_000);
    const { orders$ } = await play({ http: { get: () => throwError(() => refusal) } });
    const told: unknown[] = [];
    orders$.subscribe((orders: unknown) => told.push(orders));
    expect(told).toEqual([[]]);
    expect(printed).toEqual(['https://api.test is back in 5000 ms']);

    const other = await play({ http: { get: () => down } });
    other['orders$'].subscribe({ error: (error: unknown) => told.push(error) });
    expect(told).toEqual([[], outage]);
  },
};
