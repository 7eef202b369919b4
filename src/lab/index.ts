export type { Recording, Skipped } from './recording/recording.js';
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
export { bursty, diurnal, poisson, steady, type Traffic } from './traffic/traffic.js';
export type { Access, Lane, Spectator, SpectatorCall } from './world/lane.js';
export type { Candidate, CandidateEnv, ClientsPlan, Plan, RetryPlan } from './world/plan.js';
export type { Opening, StateRecord } from './world/stateRecord.js';
export type { Tally } from './world/tally.js';
export { World, type WorldOptions, type WorldService } from './world/world.js';
