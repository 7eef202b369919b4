// The door of the core: the entries of the package (angular/, nestjs/, redis/, ...) use these parts of the core only.
// `npm run structure` fails for an export that no entry uses.
export { adopt } from './adopt.js';
export { defaultRetryTimeout, retryAfterHeader, retryAfterOf } from './backoff.js';
export { callback, ensure, object, type Rule, show, text } from './check.js';
export {
  classifyHttpError,
  classifyHttpResponse,
  type HttpVerdict,
  httpVerdict,
  verdictOfStatus,
} from './classifyHttp.js';
export type { Counts } from './counts.js';
export type { Epoch } from './epoch.js';
export { brandAsRefusal, CircuitOpenError, isCircuitOpenError } from './errors.js';
export { ensureCallOptions } from './judge.js';
export type { Machine } from './machine.js';
export type { CallOptions } from './options.js';
export type { Permit } from './permit.js';
export type { Sharing } from './sharing.js';
export type { AdmittingState, CircuitState, StateChangeReason } from './state.js';
