/** What the library is said to work with. The first RxJS is below the peer range: it only has to run. */
export const rxjsVersions = ['7.2.0', '7.5.5', '7.8.2'] as const;

/** The first RxJS whose declarations are found under nodenext, and the last one. */
export const typedRxjsVersions = ['7.5.5', '7.8.2'] as const;

export const nodeVersions = ['20', '22', '24', '26'] as const;

/** Other runtimes that npm can install. */
export const bunVersion = '1';
export const denoVersion = '2';

export const typescriptVersions = ['5.4', '5.9', '6.0', '7.0'] as const;

/** Every Angular of the peer range: the zone.js it asks for, or none, and compilers that it allows. */
export const angularVersions: readonly {
  readonly angular: string;
  readonly zone?: string;
  readonly typescript?: readonly (typeof typescriptVersions)[number][];
}[] = [
  { angular: '17', zone: '0.14', typescript: ['5.4'] },
  { angular: '18', zone: '0.14', typescript: ['5.4'] },
  { angular: '19', zone: '0.15' },
  { angular: '20', zone: '0.15', typescript: ['5.9'] },
  { angular: '21', typescript: ['5.9', '6.0'] },
  { angular: '22', typescript: ['6.0', '7.0'] },
];

/** Every API of OpenTelemetry of the peer range, each with the SDK that asks for it. */
export const openTelemetryVersions = [
  { api: '1.9.0', sdk: '2.12.0' },
  { api: '1.10.0', sdk: '3.1.0' },
] as const;

interface Resolution {
  /** The `type` in the project's package.json. */
  readonly type: 'commonjs' | 'module';
  readonly [compilerOption: string]: unknown;
}

const commonJs: Resolution = { type: 'commonjs', module: 'commonjs', moduleResolution: 'node10' };
const nodeNext = { module: 'nodenext', moduleResolution: 'nodenext' };

/** Every Nest of the peer range: what belongs to it, and how its starters compile. */
export const nestVersions: readonly {
  readonly nest: string;
  readonly terminus: string;
  readonly axios: string;
  readonly typescript: string;
  readonly resolutions: Readonly<Record<string, Resolution>>;
}[] = [
  {
    nest: '10',
    terminus: '10',
    axios: '3',
    typescript: '5.4',
    resolutions: {
      'CommonJS, node10': commonJs,
      'ES module, nodenext': { type: 'module', ...nodeNext },
    },
  },
  {
    nest: '11',
    terminus: '11',
    axios: '4',
    typescript: '5.9',
    resolutions: {
      'CommonJS, node10': commonJs,
      'CommonJS, nodenext': { type: 'commonjs', ...nodeNext },
      'ES module, nodenext': { type: 'module', ...nodeNext },
    },
  },
  {
    // an ES module only, so CommonJS needs require(esm)
    nest: '12',
    terminus: '12',
    axios: '12',
    typescript: '6.0',
    resolutions: {
      'CommonJS, nodenext': { type: 'commonjs', ...nodeNext },
      'ES module, nodenext': { type: 'module', ...nodeNext },
    },
  },
];

/** The tested versions of every peer dependency; a test compares them with the ranges in package.json. */
export const peerVersions: Readonly<Record<string, readonly string[]>> = {
  rxjs: rxjsVersions,
  '@angular/common': angularVersions.map(({ angular }) => angular),
  '@angular/core': angularVersions.map(({ angular }) => angular),
  '@opentelemetry/api': openTelemetryVersions.map(({ api }) => api),
  '@nestjs/common': nestVersions.map(({ nest }) => nest),
  '@nestjs/core': nestVersions.map(({ nest }) => nest),
};
