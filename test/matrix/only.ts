import { checkNest } from './nest.ts';
import { report } from './table.ts';
import { pack } from './workspace.ts';
checkNest(pack());
report();
