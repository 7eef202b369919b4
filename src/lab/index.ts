export { type Conditions, canOpen, type Finding } from './advice/canOpen.js';
export type { Bounded } from './compare/bootstrap.js';
export {
  type CompareOptions,
  type Comparison,
  compare,
  type Difference,
  type Standing,
} from './compare/compare.js';
export { type PlayOptions, play, type Run } from './compare/play.js';
export type { Strip } from './compare/strip.js';
export {
  type Expectation,
  type ExpectationText,
  expectation,
  type Judgement,
} from './expect/expectation.js';
export type { FieldNames } from './recording/fields.js';
export { type ReadLogOptions, readLog } from './recording/readLog.js';
export { type Recorder, record } from './recording/record.js';
export { recorded } from './recording/recorded.js';
export type { Recording, Skipped } from './recording/recording.js';
export { toJSON } from './report/toJSON.js';
export { toSvg } from './report/toSvg.js';
export { toTable } from './report/toTable.js';
export type { ExplainedOpening } from './score/explain.js';
export type { IncidentScore } from './score/incidentScore.js';
export type { Score, Weights } from './score/score.js';
export type { Spread } from './score/spread.js';
export {
  errors,
  hang,
  type Incident,
  type Occasion,
  outage,
  type Scheduled,
  slow,
} from './service/incident.js';
export { type Distribution, empirical, lognormal, memoryless } from './service/latency.js';
export type { ServicePlan } from './service/servicePlan.js';
export {
  type Shadow,
  type ShadowChange,
  type ShadowOptions,
  type ShadowReport,
  shadow,
} from './shadow/shadow.js';
export { bursty, diurnal, poisson, steady, type Traffic } from './traffic/traffic.js';
export type { Dimension, Level, Space } from './tune/space.js';
export { type Tuned, type TuneOptions, type Tuning, tune } from './tune/tune.js';
export type { Access, Lane, Spectator, SpectatorCall } from './world/lane.js';
export type { Candidate, CandidateEnv, ClientsPlan, Plan, RetryPlan } from './world/plan.js';
export type { Opening, StateRecord } from './world/stateRecord.js';
export type { Tally } from './world/tally.js';
export { World, type WorldOptions, type WorldService } from './world/world.js';
