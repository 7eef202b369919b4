import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';
import { type CircuitOpenError, isCircuitOpenError } from '../core/index.js';

/** Refusals by any breaker of any copy of the library: Nest asks `instanceof`, which asks for the brand here. */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest takes a class for a kind of error
class Refusal {
  static [Symbol.hasInstance](error: unknown): boolean {
    return isCircuitOpenError(error);
  }
}

/**
 * The answer to a request whose call a circuit breaker refused. Nest alone answers 500.
 *
 * - HTTP (Express and Fastify): 503 with `Retry-After` in seconds, and the body
 *   `{ statusCode: 503, message: 'Service Unavailable', code: 'ECIRCUITOPEN', retryAfter }`.
 * - Microservices: the error `{ status: 'error', statusCode: 503, message, code, retryAfter }`; for gRPC the code
 *   UNAVAILABLE (14).
 * - GraphQL: an error with `extensions: { code: 'ECIRCUITOPEN', retryAfter }`.
 * - WebSockets: the event `exception` with the same payload as microservices.
 *
 * `retryAfter` is in milliseconds; an isolated breaker has no `Retry-After` and a `retryAfter` of null. The answer
 * keeps the failure and the name of the breaker secret. All other errors go to the other filters. A hybrid app needs
 * `connectMicroservice(options, { inheritAppConfig: true })` for its global filters.
 *
 * @example
 * ```ts
 * @Module({ providers: [{ provide: APP_FILTER, useClass: CircuitOpenFilter }] })
 * class AppModule {}
 * ```
 */
export class CircuitOpenFilter implements ExceptionFilter<CircuitOpenError> {
  /**
   * Called by Nest.
   *
   * @throws The refusal itself, in a host of another kind.
   */
  catch(refusal: CircuitOpenError, host: ArgumentsHost): unknown {
    const payload = {
      statusCode: 503,
      message: 'Service Unavailable',
      code: refusal.code,
      retryAfter: Number.isFinite(refusal.retryAfter) ? refusal.retryAfter : null,
    };
    switch (host.getType<string>()) {
      case 'http':
        return answer(host.getArgByIndex(1), payload);
      case 'rpc':
        return throwError(() => (isGrpc(host) ? grpcError(payload.message) : rpcError(payload)));
      case 'graphql': {
        const { code, retryAfter } = payload;
        // returned: GraphQL takes an Error for a rejection
        return Object.assign(new Error(payload.message), { extensions: { code, retryAfter } });
      }
      case 'ws':
        return host.getArgByIndex<Client>(0).emit('exception', rpcError(payload));
      default:
        throw refusal;
    }
  }
}

Catch(Refusal)(CircuitOpenFilter); // a call, for decorators would need the compiler options of an app

interface Payload {
  readonly statusCode: number;
  readonly message: string;
  readonly code: string;
  readonly retryAfter: number | null;
}

/** What the responses of Express and the replies of Fastify have in common. */
interface HttpResponse {
  readonly headersSent?: boolean; // Express
  readonly raw?: { readonly headersSent: boolean; end(): void }; // Fastify
  header(name: string, value: string): unknown;
  status(code: number): unknown;
  send(body: object): unknown;
  end?(): void;
}

interface Client {
  emit(event: string, payload: object): void;
}

function answer(response: HttpResponse, payload: Payload): void {
  if (response.raw?.headersSent ?? response.headersSent) {
    (response.raw ?? response).end?.(); // too late to tell
    return;
  }
  if (payload.retryAfter !== null) {
    response.header('Retry-After', String(Math.max(1, Math.ceil(payload.retryAfter / 1_000))));
  }
  response.status(payload.statusCode);
  response.send(payload);
}

function rpcError(payload: Payload): object {
  return { status: 'error', ...payload };
}

/** UNAVAILABLE: "most likely a transient condition", as the list of gRPC codes says. */
function grpcError(message: string): object {
  return { code: 14, message, details: message };
}

/** The context of a gRPC handler is the metadata of its call. */
function isGrpc(host: ArgumentsHost): boolean {
  return typeof Object(host.getArgByIndex(1)).getMap === 'function';
}
