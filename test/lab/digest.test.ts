import { expect, it } from 'vitest';
import { digest } from './badDay.ts';

// test/browser runs this file in Chromium too
it('a seed gives the same bytes on every machine, on Node and in a browser', () => {
  expect(digest()).toBe('4a7d40cfb5872b53');
});
