import type { Scenario } from './scenario.ts';

/** A scenario to begin with. */
export interface Preset {
  readonly name: string;
  readonly sentence: string;
  readonly scenario: Scenario;
}

const outage = [
  { at: 6_000, mood: 'errors' },
  { at: 20_000, mood: 'well' },
] as const;

const first: Scenario = {
  a: {},
  b: null,
  pattern: 'steady',
  rate: 8,
  latency: 120,
  limit: 3_000,
  broken: 1,
  noise: 0,
  turns: outage,
  seed: 1,
};

export const presets: readonly [Preset, ...Preset[]] = [
  {
    name: 'First steps',
    sentence: 'The defaults, eight calls a second, and an outage of 14 seconds.',
    scenario: first,
  },
  {
    name: '10 requests, 60 %',
    sentence: 'Opens when six of ten calls have failed, and looks again after five seconds.',
    scenario: {
      ...first,
      a: { failureRateThreshold: '0.6', minimumCalls: '10', retryTimeout: '5000' },
      broken: 0.9,
    },
  },
  {
    name: 'Payments',
    sentence:
      'Few calls, slow answers, and a hang: slow calls open before the time limit ends them.',
    scenario: {
      ...first,
      a: { slowCallDuration: '1500', retryTimeout: '3000' },
      b: { consecutiveFailureThreshold: '5', retryTimeout: '30000' },
      pattern: 'random',
      rate: 4,
      latency: 350,
      limit: 5_000,
      noise: 0.01,
      turns: [
        { at: 5_000, mood: 'hang' },
        { at: 25_000, mood: 'well' },
      ],
    },
  },
  {
    name: 'News feed',
    sentence: 'Many calls, and the page is fine without them: opens after a quarter of a second.',
    scenario: {
      ...first,
      a: { excessDuration: '250' },
      pattern: 'random',
      rate: 40,
      latency: 60,
      noise: 0.01,
    },
  },
  {
    name: 'Market data',
    sentence:
      'Bursts of calls that may fail in part: a rate over two seconds against the defaults.',
    scenario: {
      ...first,
      a: {
        failureRateThreshold: '0.5',
        minimumCalls: '20',
        rollingWindow: '2000',
        retryTimeout: '500',
      },
      b: {},
      pattern: 'bursts',
      rate: 20,
      latency: 30,
      broken: 0.7,
      noise: 0.02,
    },
  },
  {
    name: 'CDN origin',
    sentence: 'The origin turns slow, not down. Only settings that know slow calls see it.',
    scenario: {
      ...first,
      a: { slowCallDuration: '600' },
      b: {},
      pattern: 'random',
      rate: 15,
      latency: 90,
      noise: 0.005,
      turns: [
        { at: 6_000, mood: 'slow' },
        { at: 20_000, mood: 'well' },
      ],
    },
  },
];
