// The walls of the house: arrows point one way, entries -> keyed/ -> rxjs/ -> core/.
module.exports = {
  forbidden: [
    {
      name: 'core-knows-nothing-above',
      comment:
        'core/ is pure TypeScript over a clock: no rxjs, no package at all, nothing outside core/',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'entries-are-entered-by-nobody',
      comment: 'an entry of the package may use the main one; the main one never uses an entry',
      severity: 'error',
      from: { path: '^src/(core/|rxjs/|keyed/|[^/]+$)' },
      to: { path: '^src/(?!core/|rxjs/|keyed/)[a-z]+/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
};
