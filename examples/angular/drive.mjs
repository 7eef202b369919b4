// Drives the built app in Chromium through an outage, and looks into its bundle.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { makeServer } from './server.mjs';

checkBundle();

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(executablePath)) {
  console.log(`skipped: there is no Chromium at ${executablePath}; set CHROMIUM to where it is`);
  process.exit(0);
}

const { server, backend } = makeServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: 720, height: 420 } });
  const faults = [];
  page.on('pageerror', (error) => faults.push(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const banner = page.locator('[role=status]');
  const shot = (name) => page.screenshot({ path: `screenshots/${name}.png` });
  mkdirSync('screenshots', { recursive: true });

  await page.getByText('Two cups').waitFor();
  assert.equal(await banner.count(), 0);
  await shot('1-closed');
  console.log('closed: orders are shown, and no banner');

  backend.down = true;
  await banner.getByText(/Next try in [34] s/).waitFor();
  const first = await seconds(banner);
  const before = backend.calls;
  await shot('2-open');
  await banner.getByText(`Next try in ${first - 1} s`).waitFor();
  await banner.getByText('Next try in 1 s').waitFor();
  assert.equal(backend.calls, before, 'the backend is left alone while the circuit is open');
  assert.ok(await page.getByText('Two cups').isVisible(), 'the old orders stay');
  console.log(`open: the banner counts down from ${first}, the backend is left alone`);

  await banner.getByText(/Next try in [34] s/).waitFor();
  console.log('half-open: the probe failed, open again');

  backend.down = false;
  await banner.waitFor({ state: 'detached' });
  await shot('3-recovered');
  console.log('closed: the backend is back, and the banner is gone');
  assert.deepEqual(faults, []);
} finally {
  await browser.close();
  server.close();
}

async function seconds(banner) {
  return Number(/(\d+) s/.exec(await banner.innerText())?.[1]);
}

/** The core once, and nothing of the other entries. */
function checkBundle() {
  const { inputs } = JSON.parse(readFileSync('dist/browser-stats.json', 'utf8'));
  const ours = Object.keys(inputs).filter((path) =>
    path.includes('node_modules/rxjs-circuit-breaker/'),
  );
  const files = ours.map((path) => path.split('/').at(-1)).sort();
  const text = readFileSync('dist/browser/main.js', 'utf8');
  const brands = text.split('rxjs-circuit-breaker/CircuitOpenError').length - 1;
  assert.equal(brands, 1, 'the core is in the bundle once');
  assert.ok(
    files.every((file) => /^(angular|index|chunk-\w+)\.js$/.test(file)),
    files.join(', '),
  );
  console.log(`bundle: ${files.join(', ')}; the core once, nothing of the other entries`);
}
