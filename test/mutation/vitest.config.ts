import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// The tests of a mutation run. Cheap and telling tests come first: a mutant ends at the first test that
// notices it.
const claims = ['test/marbles.test.ts'];
// With TESTING_ONLY=1: the tests that look at src/testing, for a run with --mutate 'src/testing/**/*.ts'.
const testing = [...claims, 'test/testing/**/*.test.ts'];
const all = [
  'test/core/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/rxjs/**/*.test.ts',
  'test/keyed/**/*.test.ts',
  ...testing,
  'test/conformance/**/*.test.ts',
  'test/mutation/model.ts',
];

class InThatOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      all.findIndex((glob) => moduleId.includes(glob.replace(/\*.*/, '')));
    return files.sort((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

const { MARBLES_ONLY, TESTING_ONLY, ANGULAR_ONLY } = process.env;
const include = MARBLES_ONLY ? claims : TESTING_ONLY ? testing : ANGULAR_ONLY ? [] : all;

// The tests of the Angular entry. With ANGULAR_ONLY=1 no others, for a run with --mutate 'src/angular/*.ts'.
const server = 'test/angular/server/**';
const hasAngular = !MARBLES_ONLY && !TESTING_ONLY;

export default defineConfig({
  test: {
    sequence: { sequencer: InThatOrder },
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include,
          // these look at processes and bundles of their own, which a mutant is not in
          exclude: [
            'test/rxjs/idleProcess.test.ts',
            'test/core/errorCopies.test.ts',
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
          include: hasAngular ? ['test/angular/**/*.test.ts'] : [],
          exclude: [server, 'test/angular/orders.test.ts'], // a measurement
          setupFiles: ['test/angular/setup.ts'],
          environment: 'jsdom',
        },
      },
      {
        extends: true,
        test: { name: 'angular-server', include: hasAngular ? [`${server}/*.test.ts`] : [] },
      },
    ],
  },
});
