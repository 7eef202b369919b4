import { script, style } from './assets.js';

/** The page may load the style and the script of this nonce, and the stream beside the page. */
export function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const icon =
  "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 11h4l7-6M11 11h4' fill='none' stroke='%232f6fdb' stroke-width='2' stroke-linecap='round'/%3E%3C/svg%3E";

/** The page, without any data: names, keys and states come by the stream, as text. */
export function page(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Circuit breakers</title>
<link rel="icon" href="data:image/svg+xml,${icon}">
<style nonce="${nonce}">${style}</style>
</head>
<body>
<header>
  <div class="headline">
    <h1>Circuit breakers</h1>
    <p id="summary" class="summary">Connecting …</p>
  </div>
  <div class="controls">
    <label id="filter" class="filter" hidden>
      <span>Filter</span>
      <input type="search" autocomplete="off" spellcheck="false" placeholder="by name">
    </label>
    <button id="pause" type="button" aria-pressed="false">Pause</button>
  </div>
</header>
<main>
<section aria-labelledby="now">
  <h2 id="now" class="unseen">Now</h2>
  <div class="sheet">
    <table>
      <thead>
        <tr>
          <th scope="col">Breaker</th>
          <th scope="col">State</th>
          <th scope="col" class="strip-head">Last minute
            <span class="key" aria-hidden="true"><i class="good"></i>ok <i class="bad"></i>failed <i class="refused"></i>refused</span></th>
          <th scope="col" class="number">Calls/s</th>
          <th scope="col" class="number">Failed</th>
          <th scope="col" class="number">Refused/s</th>
          <th scope="col" class="number">In flight</th>
        </tr>
      </thead>
      <tbody id="rows"></tbody>
    </table>
    <p id="none" class="note" hidden></p>
  </div>
</section>
<section aria-labelledby="changes-title">
  <h2 id="changes-title">Changes</h2>
  <p id="quiet" class="note">Nothing has changed since this page was opened.</p>
  <ol id="changes"></ol>
</section>
</main>
<footer>This page shows one process, as it is now. It keeps no history: for that there are metrics.</footer>
<p id="told" class="unseen" role="status"></p>
<noscript><p class="note">This page needs JavaScript.</p></noscript>
<svg class="unseen" aria-hidden="true" focusable="false"><defs>
  <pattern id="stripes" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect width="4" height="4" class="stripe-ground"/><rect width="1.6" height="4" class="stripe"/>
  </pattern>
</defs></svg>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}
