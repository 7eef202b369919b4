// Does an open breaker keep the process up? This one has nothing else to do.

import { contenders } from '../lib/contenders.mjs';

const call = await contenders[process.argv[2]].task(() => Promise.reject(new Error('down')));
for (let i = 0; i < 200; i++) await call().catch(() => {});
