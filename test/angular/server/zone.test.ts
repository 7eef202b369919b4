import 'zone.js/node'; // first: zone.js replaces the timers of all that comes later
import { provideZoneChangeDetection } from '@angular/core';
import { expect, test } from 'vitest';
import { render } from './page.ts';
import { requests } from './requests.ts';

const zone = provideZoneChangeDetection();

test('zone.js holds back the response for a timer of the page', async () => {
  const { html } = await render('Ada', {}, false, zone);
  expect(html).toContain('waited');
});

requests(zone);
