import * as rxjs from 'rxjs';
import { test } from 'vitest';
import * as library from '../../src/index.ts';
import { contract } from './contract.ts';

for (const [claim, hold] of Object.entries(contract)) {
  test(claim, () => hold({ rxjs, library }));
}
