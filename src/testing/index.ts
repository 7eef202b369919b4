export type { Claim } from './marble/claim.js';
export {
  assertMarble,
  drawMarble,
  type MarbleOptions,
  printMarble,
} from './marble/marble.js';
export { MarbleError } from './marble/marbleError.js';
export { parseMarble } from './marble/parse.js';
export { type ScriptedSource, scripted } from './scripted.js';
export { type Simulation, type SimulationResult, simulate } from './simulate.js';
export { type StateChange, StateLog } from './stateLog.js';
