import { heap } from './heap.ts';
import { storm } from './storm.ts';

// Ten million calls, a thousand in flight. The heap is read when it is swept.
const CALLS = 10_000_000;
const ROUND = 500_000;
const IN_FLIGHT = 1_000;
// Bytes of growth from one half to the other. It wobbles by up to 60 KB, over 200 million calls no more;
// one object kept for each hundred calls would be a megabyte.
const ALLOWED = 256 * 1024;

// the built package, as users have it
const dist = new URL('../../dist/index.js', import.meta.url).href;
const { circuitBreaker } = (await import(dist)) as typeof import('../../src/index.ts');

const soak = storm(circuitBreaker, IN_FLIGHT);
const heaps: number[] = [];
let busy = 0;
for (let done = 0; done < CALLS; done += ROUND) {
  const start = performance.now();
  soak.ask(ROUND);
  busy += performance.now() - start;
  heaps.push(heap());
}
soak.calm();

const { admitted, refused, observers, openings } = soak.seen;
// Fewer are in flight at the end of a round in which it is open. So the peaks are compared, of the rounds
// before the middle, the first one left out, and of those after it.
const middle = heaps.length / 2;
const peak = Math.max(...heaps.slice(1, middle));
const growth = Math.max(...heaps.slice(middle)) - peak;
const left = soak.breaker.snapshot().counts.inFlight;
const timers = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name));
console.log(`${admitted} calls admitted, ${refused} refused, ${IN_FLIGHT} in flight at once`);
console.log(`${Math.round(CALLS / busy)} calls a millisecond; found open at ${openings} rounds`);
console.log(`heap ${peak} bytes at most in the first half, ${growth} more in the second`);
console.log(`left: ${left} places, ${observers} subscriptions, ${timers.length} timers`);

const sound = growth < ALLOWED && left === 0 && observers === 0 && timers.length === 0;
const varied = admitted > CALLS / 10 && refused > CALLS / 100;
process.exitCode = sound && varied ? 0 : 1;
console.log(process.exitCode === 0 ? 'flat, and nothing left' : 'FAILED');
