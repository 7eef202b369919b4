import {
  type AdmittingState,
  classifyHttpError,
  type HttpVerdict,
  httpVerdict,
  verdictOfStatus,
} from '../core/index.js';

/**
 * The `classifyError` of breakers in a Nest app: `classifyHttpError`, and the errors of `ClientProxy` and gRPC.
 *
 * - HTTP (HttpService, fetch, HttpException): as `classifyHttpError` has it.
 * - gRPC: by the HTTP status that belongs to the code (UNAVAILABLE is 503, NOT_FOUND is 404, ...); CANCELLED is ignored.
 * - A plain object or a text is the answer of a handler in the other service: ignored while closed, a success in
 *   half-open. A status in the object decides first (`new RpcException({ statusCode: 503 })`).
 * - `'Internal server error'` is Nest's answer for a handler that crashed: a failure.
 * - Every other `Error` (connection closed, broker away, timeout) is a failure, and so is `permit.failure()` without
 *   an error.
 *
 * @example
 * ```ts
 * CircuitBreakerModule.forRoot({
 *   classifyError: (error, state) =>
 *     error instanceof OutOfStock ? 'success' : classifyUpstream(error, state),
 * });
 * ```
 *
 * @param error The error that the call ended with.
 * @param state The state that admitted the call.
 */
export function classifyUpstream(error: unknown, state: AdmittingState): HttpVerdict {
  const { code, details, message = error } = Object(error);
  if (typeof code === 'number' && typeof details === 'string') {
    const status = STATUS_OF_GRPC[code] ?? 500;
    return status === GIVEN_UP ? 'ignored' : verdictOfStatus(status, state);
  }
  const isAnswer = error !== undefined && error !== null && !isError(error);
  if (!isAnswer || httpVerdict(error, state) !== undefined) {
    return classifyHttpError(error, state);
  }
  return verdictOfStatus(message === 'Internal server error' ? 500 : 400, state);
}

/** True also for an error of another realm, as Node's own are under Jest, where `instanceof` fails. */
function isError(value: unknown): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

const GIVEN_UP = 499;

/** The HTTP status of each gRPC code, as google.rpc.Code lists them. */
const STATUS_OF_GRPC = [
  200,
  GIVEN_UP, // CANCELLED
  500, // UNKNOWN
  400, // INVALID_ARGUMENT
  504, // DEADLINE_EXCEEDED
  404, // NOT_FOUND
  409, // ALREADY_EXISTS
  403, // PERMISSION_DENIED
  429, // RESOURCE_EXHAUSTED
  400, // FAILED_PRECONDITION
  409, // ABORTED
  400, // OUT_OF_RANGE
  501, // UNIMPLEMENTED
  500, // INTERNAL
  503, // UNAVAILABLE
  500, // DATA_LOSS
  401, // UNAUTHENTICATED
] as const;
