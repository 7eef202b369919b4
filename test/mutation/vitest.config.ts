import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// The tests of a mutation run. Cheap and telling tests come first: a mutant ends at the first test that
// notices it. A run that is narrowed to one folder (`--mutate 'src/keyed/*.ts'`) takes the tests that look at the
// folder; the claims alone are the tests with MARBLES_ONLY=1.
const claims = ['test/marbles.test.ts'];
const keyed = ['test/keyed/**/*.test.ts'];
const testing = [...claims, 'test/testing/**/*.test.ts'];
const all = [
  'test/core/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/rxjs/**/*.test.ts',
  ...keyed,
  ...testing,
  'test/conformance/**/*.test.ts',
  'test/mutation/model.ts',
];

const { MARBLES_ONLY, MUTATED = '' } = process.env;
const isOnly = (folder: string): boolean =>
  MUTATED.split(',').every((pattern) => pattern.startsWith(`src/${folder}/`));

function chosen(): readonly string[] {
  if (MARBLES_ONLY) return claims;
  if (isOnly('angular')) return [];
  if (isOnly('keyed')) return keyed;
  return isOnly('testing') ? testing : all;
}

const withAngular = !MARBLES_ONLY && !isOnly('keyed') && !isOnly('testing');
const server = 'test/angular/server/**';

class InThatOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      all.findIndex((glob) => moduleId.includes(glob.replace(/\*.*/, '')));
    return files.sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: InThatOrder },
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: [...chosen()],
          // these look at processes and bundles of their own, which a mutant is not in
          exclude: [
            'test/rxjs/idleProcess.test.ts',
            'test/core/errorCopies.test.ts',
            // loads the library anew, so a mutant that changes only the loading would count
            'test/core/noChannels.test.ts',
            'test/keyed/scale.test.ts', // a million keys for each mutant
            // looks at the pictures that test/marbles.test.ts compares byte for byte
            'test/testing/picture/pictures.test.ts',
          ],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'angular',
          include: withAngular ? ['test/angular/**/*.test.ts'] : [],
          exclude: [server, 'test/angular/orders.test.ts'], // a measurement
          setupFiles: ['test/angular/setup.ts'],
          environment: 'jsdom',
        },
      },
      {
        extends: true,
        test: { name: 'angular-server', include: withAngular ? [`${server}/*.test.ts`] : [] },
      },
    ],
  },
});
