import type { EnvironmentProviders } from '@angular/core';
import { expect, test } from 'vitest';
import { circuitBreakers } from '../../../src/index.ts';
import { API, options, render } from './page.ts';

/** What holds for a server that renders pages, with or without zone.js. */
export function requests(...providers: EnvironmentProviders[]): void {
  test('a response does not wait for the open time of shared circuits', async () => {
    const shared = circuitBreakers(options);
    const first = await render('Ada', shared, true, ...providers);
    expect(first.html).toContain('<b>open 3600 0</b><i>failed secret of Ada</i>');
    const second = await render('Ada', shared, false, ...providers);
    expect(second.html).toContain('<b>open 3600 0</b><i>refused');
  });

  test('a response does not wait for circuits of its own', async () => {
    const { html } = await render('Ada', options, true, ...providers);
    expect(html).toContain('<b>open 3600 0</b><i>failed secret of Ada</i>');
  });

  test('the key is the origin of the page that is rendered, where none is given', async () => {
    const { breakers } = await render('Ada', options, false, ...providers);
    expect([...breakers.keys()]).toEqual([API, 'https://app.test']);
  });

  test('two requests at once share nothing, unless they are told to', async () => {
    const [ada, bob] = await Promise.all([
      render('Ada', options, true, ...providers),
      render('Bob', options, false, ...providers),
    ]);
    expect(ada.html).toContain('open 3600');
    expect(bob.html).toContain('<b>closed 0 1</b><i>letters of Bob</i>');
    expect(ada.breakers).not.toBe(bob.breakers);
    expect(bob.html).not.toContain('Ada');
  });

  test('a platform is made for each request, so its circuits end with the request', async () => {
    const scope = 'platform' as const;
    await render('Ada', { ...options, scope }, true, ...providers);
    const { html } = await render('Bob', { ...options, scope }, false, ...providers);
    expect(html).toContain('<i>letters of Bob</i>');
  });

  test('a refusal by shared circuits shows nobody the failure of another user', async () => {
    const shared = circuitBreakers(options);
    await Promise.all([
      render('Ada', shared, true, ...providers),
      render('Bob', shared, true, ...providers),
    ]);
    const { html } = await render('Eve', shared, false, ...providers);
    expect(html).toContain(`refused ${API}`);
    expect(html).toContain('undefined</i>'); // its cause
    expect(html).not.toMatch(/secret|Ada|Bob/);
  });

  test('a page leaves no observer at shared circuits', async () => {
    const shared = circuitBreakers({ ...options, maxKeys: 2 });
    await render('Ada', shared, false, ...providers);
    for (const key of ['a', 'b']) shared.get(key); // they take the places of keys that nobody observes
    expect([...shared.keys()]).toEqual(['a', 'b']);
  });
}
