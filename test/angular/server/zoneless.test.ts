import { provideZonelessChangeDetection } from '@angular/core';
import { expect, test } from 'vitest';
import { requests } from './requests.ts';

test('zone.js is not there', () => {
  expect(globalThis).not.toHaveProperty('Zone');
});

requests(provideZonelessChangeDetection());
