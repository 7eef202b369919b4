import { checkAngular } from './angular.ts';
import { checkBrowser } from './browser.ts';
import { checkPackage } from './package.ts';
import { checkBundle, checkRuntimes } from './runtime.ts';
import { report } from './table.ts';
import { checkTypes } from './types.ts';
import { pack } from './workspace.ts';

// Every version that the library is said to work with, in one table. Needs the npm registry.
const tarball = pack();
checkPackage(tarball);
checkRuntimes(tarball);
checkBundle(tarball);
checkBrowser();
checkTypes(tarball);
checkAngular(tarball);
process.exitCode = report() ? 0 : 1;
