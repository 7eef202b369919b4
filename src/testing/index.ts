export type { Claim } from './marble/claim.js';
export {
  assertMarble,
  drawMarble,
  printMarble,
} from './marble/marble.js';
export { MarbleError } from './marble/marbleError.js';
export type { MarbleOptions } from './marble/marbleOptions.js';
export { parseMarble } from './marble/parse.js';
export { type ScriptedSource, scripted } from './scripted.js';
export { type SimulationResult, simulate } from './simulate.js';
export type { Simulation } from './simulation.js';
export { type StateChange, StateLog } from './stateLog.js';
