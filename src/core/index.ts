// The core's door: an entry of the package (angular/, nestjs/, redis/, ...) may use these parts of the core, and no
// others. An export that no entry uses fails `npm run structure`.
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
