import { heap } from './heap.ts';
import { storm } from './storm.ts';

// Ten million calls, a thousand in flight. The heap is read when it is swept.
const CALLS = 10_000_000;
const ROUND = 500_000;
const IN_FLIGHT = 1_000;
const ALLOWED = 64 * 1024; // bytes of growth from the second round to the last

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
const growth = (heaps.at(-1) as number) - (heaps[1] as number);
const left = soak.breaker.snapshot().counts.inFlight;
const timers = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name));
console.log(`${admitted} calls admitted, ${refused} refused, ${IN_FLIGHT} in flight at once`);
console.log(`${Math.round(CALLS / busy)} calls a millisecond; found open at ${openings} rounds`);
console.log(
  `heap ${Math.round(heaps[1] as number)} bytes after the second round, ${growth} more at the end`,
);
console.log(`left: ${left} places, ${observers} subscriptions, ${timers.length} timers`);

const sound = growth < ALLOWED && left === 0 && observers === 0 && timers.length === 0;
const varied = admitted > CALLS / 10 && refused > CALLS / 100;
process.exitCode = sound && varied ? 0 : 1;
console.log(process.exitCode === 0 ? 'flat, and nothing left' : 'FAILED');
