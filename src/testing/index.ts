export type { Claim } from './claim.js';
export {
  assertMarble,
  drawMarble,
  type MarbleOptions,
  printMarble,
} from './marble.js';
export { MarbleError } from './marbleError.js';
export { parseMarble } from './parse.js';
export { type ScriptedSource, scripted } from './scripted.js';
export { type Simulation, type SimulationResult, simulate } from './simulate.js';
export { type StateChange, StateLog } from './stateLog.js';
