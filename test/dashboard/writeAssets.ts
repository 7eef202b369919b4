import { writeFileSync } from 'node:fs';
import { assets } from './assets.ts';

writeFileSync(new URL('../../src/dashboard/assets.ts', import.meta.url), await assets());
