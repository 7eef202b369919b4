import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What a mutation run needs: all that look at the behaviour of the core, the operator and the Angular entry. The cheap
// and telling ones come first, for a mutant is left at the first test that notices it.
const claims = ['test/marbles.test.ts'];
const all = [
  'test/core/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/rxjs/**/*.test.ts',
  'test/keyed/**/*.test.ts',
  ...claims,
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

const angular = process.env['MARBLES_ONLY'] ? [] : ['test/angular/**/*.test.ts'];
const server = 'test/angular/server/**';

export default defineConfig({
  test: {
    sequence: { sequencer: InThatOrder },
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: process.env['MARBLES_ONLY'] ? claims : all,
          // these look at processes and bundles of their own, which a mutant is not in
          exclude: [
            'test/rxjs/idleProcess.test.ts',
            'test/core/errorCopies.test.ts',
            'test/keyed/scale.test.ts', // a million keys for each mutant
          ],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'angular',
          include: angular,
          exclude: [server, 'test/angular/orders.test.ts'], // a measurement
          setupFiles: ['test/angular/setup.ts'],
          environment: 'jsdom',
        },
      },
      {
        extends: true,
        test: {
          name: 'angular-server',
          include: angular.length > 0 ? [`${server}/*.test.ts`] : [],
        },
      },
    ],
  },
});
