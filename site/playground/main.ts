import { serveAdvice } from './advice.ts';

// One module for the page and for its worker, so that the lab is loaded once. The worker needs nothing of the page.
if (typeof document === 'undefined') {
  serveAdvice();
} else {
  const main = document.querySelector('main');
  const { open } = await import('./page.ts');
  if (main !== null) open(main, import.meta.url);
}
