import { checkAngular } from './angular.ts';
import { checkBrowser } from './browser.ts';
import { checkNest } from './nest.ts';
import { checkNode10 } from './node10.ts';
import { checkOpenTelemetry } from './openTelemetry.ts';
import { checkPackage } from './package.ts';
import { entriesWithPackages, packagesOf } from './packages.ts';
import { checkBundle, checkRuntimes } from './runtime.ts';
import { check, report } from './table.ts';
import { checkTypes } from './types.ts';
import { pack } from './workspace.ts';

// Every version that the library is said to work with, in one table. Needs the npm registry.
const tarball = pack();
checkPackage(tarball);
checkRuntimes(tarball);
checkBundle(tarball);
checkBrowser();
checkTypes(tarball);
checkNode10(tarball);

/** The parts of entries that need another package beside RxJS, by their keys in `exports`. */
const parts: Readonly<Record<string, (tarball: string) => void>> = {
  './angular': checkAngular,
  './nestjs': checkNest,
  './opentelemetry': checkOpenTelemetry,
};
for (const entry of entriesWithPackages) {
  const part = parts[entry.key];
  if (part) part(tarball);
  else {
    check('a part in the matrix', `entry ${entry.key}`, () => {
      const packages = packagesOf(entry).join(', ');
      return {
        ok: false,
        output: `it imports ${packages}: test/matrix/run.ts needs a part for it`,
      };
    });
  }
}
process.exitCode = report() ? 0 : 1;
