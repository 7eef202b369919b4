import { isCircuitOpenError } from './errors.js';
import type { AdmittingState } from './state.js';

/**
 * The verdict on a service, from the end of an HTTP call.
 *
 * @example
 * ```ts
 * const verdict: HttpVerdict = classifyHttpError({ status: 404 }, 'closed');
 * console.log(verdict); // ignored
 * ```
 */
export type HttpVerdict = 'success' | 'failure' | 'ignored';

/**
 * A `classifyError` for HTTP: faults of the caller (a 404, a bug) open no circuit breaker.
 *
 * | The error | Verdict |
 * |---|---|
 * | no answer: transport error, timeout, status 0 | `'failure'` |
 * | 408, 500 and above | `'failure'` |
 * | 429 | `'ignored'`: the service works and asks for fewer calls |
 * | other 4xx | `'ignored'` while closed, `'success'` in half-open: the service is back |
 * | 3xx | `'success'` |
 * | 1xx and 2xx: the answer is good, its reader failed | `'ignored'` |
 * | the caller gave up (`AbortError`), or the request itself is malformed | `'ignored'` |
 * | a refusal by another circuit breaker | `'ignored'` |
 * | `TypeError`, `SyntaxError`, ... without a transport error behind them: a bug of the app | `'ignored'` |
 * | any other error | `'failure'`, as without a classifier |
 *
 * The function knows the errors of fetch, undici, axios, got, Angular's `HttpClient` and the AWS SDK by their shape; see
 * `httpStatusOf`. To give an error of your own a status, put the status in the error or in its `cause`:
 * `new Error('HTTP 404', { cause: response })`.
 *
 * @example
 * ```ts
 * const users = circuitBreaker({ name: 'users', classifyError: classifyHttpError });
 *
 * // 429 counts as a failure here
 * const search = circuitBreaker({
 *   classifyError: (error, state) =>
 *     httpStatusOf(error) === 429 ? 'failure' : classifyHttpError(error, state),
 * });
 * ```
 *
 * @param error The error that the call ended with.
 * @param state The state that admitted the call.
 */
export function classifyHttpError(error: unknown, state: AdmittingState): HttpVerdict {
  return httpVerdict(error, state) ?? 'failure';
}

/**
 * A `classifyValue` for HTTP clients that deliver an answer of any status as a value, as fetch does: 408, 500 and above
 * are failures. An answer that `classifyHttpError` ignores is `'undecided'`: the end of the call decides, so a 404 is a
 * success. To ignore a 404 or a 429, throw an error with the status. An HTTP answer is an object with a status and
 * `headers`; every other value is a success.
 *
 * @example
 * ```ts
 * const users = circuitBreaker({ name: 'users', classifyValue: classifyHttpResponse });
 *
 * const answer = await users.execute((signal) => fetch('https://users.example/1', { signal }));
 * ```
 *
 * @param value A value of the call.
 * @param state The state that admitted the call.
 */
export function classifyHttpResponse(
  value: unknown,
  state: AdmittingState,
): 'success' | 'failure' | 'undecided' {
  const { headers, status: own, statusCode, type } = Object(value);
  const status = statusIn(own, statusCode);
  if (status === undefined || Object(headers) !== headers) return 'success';
  // Status 0: `Response.error()` means no answer; an opaque answer (of another origin) only hides its status.
  if (status === 0 && type !== 'error') return 'success';
  const verdict = verdictOfStatus(status, state);
  return verdict === 'ignored' ? 'undecided' : verdict;
}

/**
 * The HTTP status in an error: `status` or `statusCode` of the error, of its `response`, of its `$metadata` (as
 * `httpStatusCode`), or of its `cause`, up to five errors deep. 0 means: no answer came. `undefined` means: the error
 * has no status.
 *
 * @example
 * ```ts
 * const error = new Error('HTTP 404', { cause: new Response(null, { status: 404 }) });
 * console.log(httpStatusOf(error)); // 404
 * ```
 */
export function httpStatusOf(error: unknown): number | undefined {
  for (const link of chain(error)) {
    const { status, statusCode, response, $metadata } = link;
    const found = statusIn(
      status,
      statusCode,
      Object(response).status,
      Object(response).statusCode,
      Object($metadata).httpStatusCode,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The rule for errors; `undefined` for an unknown error. */
export function httpVerdict(error: unknown, state: AdmittingState): HttpVerdict | undefined {
  const links = chain(error);
  if (links.some(isCircuitOpenError)) return 'ignored';
  const status = httpStatusOf(error);
  if (status !== undefined) {
    // a good answer that ends in an error: the body could not be read
    return status >= 100 && status < 300 ? 'ignored' : verdictOfStatus(status, state);
  }
  if (links.some(isUnanswered)) return 'failure';
  if (links.some(isGivenUp)) return 'ignored';
  return BUG.test(links[0]?.['name'] as string) ? 'ignored' : undefined;
}

/** The rule for statuses, for every classifier of the library. */
export function verdictOfStatus(status: number, state: AdmittingState): HttpVerdict {
  if (status === 0 || status === 408 || status >= 500) return 'failure';
  if (status === 429) return 'ignored';
  return status < 400 || state === 'half-open' ? 'success' : 'ignored';
}

type Link = Readonly<Record<string, unknown>>;

/** An error and the errors that caused it, at most five: a circle of causes ends. */
function chain(error: unknown): readonly Link[] {
  const links: Link[] = [];
  for (let link = error; Object(link) === link && links.length < 5; link = Object(link).cause) {
    links.push(link as Link);
  }
  return links;
}

/** The first of these that is a status: 0 for no answer, or three digits (RFC 9110, 15). */
function statusIn(...candidates: readonly unknown[]): number | undefined {
  return candidates.find((status): status is number => {
    return (
      Number.isInteger(status) &&
      (status === 0 || (Number(status) >= 100 && Number(status) < 1_000))
    );
  });
}

/** Bugs of the app, by name: `instanceof` fails for errors of another realm, as under Jest. */
const BUG = /^(Type|Range|Reference|Syntax|URI|Eval)Error$/;

/** Codes of Node, undici and axios for a call without an answer. */
const TRANSPORT =
  /^(E(CONN|AI_|HOST|NET)\w+|EPIPE|EPROTO|E(SOCKET)?TIMEDOUT|ENOTFOUND|ERR_NETWORK|UND_ERR_\w+)$/;

/** Codes of Node, undici and axios for a call that the caller gave up, or a malformed request. */
const CALLER =
  /^(ABORT_ERR|ERR_(CANCELED|INVALID_URL|BAD_OPTION\w*)|UND_ERR_(ABORTED|INVALID_\w+|NOT_SUPPORTED|CLOSED|DESTROYED))$/;

/** The first words of the message when fetch throws a `TypeError` for a transport error. */
const FETCH = [
  'fetch failed', // undici: Node, Deno
  'terminated', // undici, in the midst of the body
  'Failed to fetch', // Chromium
  'network error', // Chromium, in the midst of the body
  'NetworkError when attempting to fetch', // Firefox
  'Load failed', // Safari
  'The Internet connection appears to be offline', // Safari
  'Network request failed', // React Native
  'Network connection lost', // Cloudflare Workers
] as const;

function isUnanswered({ name, code, message }: Link): boolean {
  if (name === 'TimeoutError') return true;
  if (typeof code === 'string' && TRANSPORT.test(code) && !CALLER.test(code)) return true;
  return name === 'TypeError' && FETCH.some((start) => String(message).startsWith(start));
}

function isGivenUp({ name, code }: Link): boolean {
  return name === 'AbortError' || (typeof code === 'string' && CALLER.test(code));
}
