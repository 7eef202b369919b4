// A million refusals a second on one core: how late is a timer of the same process?

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { contenders } from '../lib/contenders.mjs';
import { workloads } from '../lib/workloads.mjs';

const [name, seconds] = process.argv.slice(2);
const subject = await workloads['rx.open'](contenders[name], name);
for (let i = 0; i < 50; i++) await subject.run(1000);
const delay = monitorEventLoopDelay({ resolution: 1 });
let made = 0;
let busy = 0;
delay.enable();
const start = performance.now();
while (performance.now() - start < seconds * 1000) {
  const due = (performance.now() - start) * 1000; // a refusal per microsecond
  if (made < due) {
    const began = performance.now();
    await subject.run(1000);
    busy += performance.now() - began;
    made += 1000;
  }
  await new Promise(setImmediate);
}
const took = (performance.now() - start) / 1000;
delay.disable();
process.send({
  perSecond: made / took,
  p99: delay.percentile(99) / 1e6,
  max: delay.max / 1e6,
  busy: busy / 1000 / took,
});
process.disconnect();
