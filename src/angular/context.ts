import { HttpContextToken } from '@angular/common/http';
import type { HttpClassifier } from './classify.js';

/** `true`: the request passes by all circuit breakers, and no breaker learns of it. */
export const CIRCUIT_BYPASS: HttpContextToken<boolean> = /* @__PURE__ */ new HttpContextToken(
  () => false,
);

/** The key of the request's circuit breaker, instead of what the interceptor's `key` says. */
export const CIRCUIT_KEY: HttpContextToken<string | undefined> =
  /* @__PURE__ */ new HttpContextToken<string | undefined>(() => undefined);

/** Judges this request, instead of the interceptor's `classify`. */
export const CIRCUIT_CLASSIFY: HttpContextToken<HttpClassifier | undefined> =
  /* @__PURE__ */ new HttpContextToken<HttpClassifier | undefined>(() => undefined);

/** Whether this request may serve as a probe, instead of what the interceptor's `mayProbe` says. */
export const CIRCUIT_PROBE: HttpContextToken<boolean | undefined> =
  /* @__PURE__ */ new HttpContextToken<boolean | undefined>(() => undefined);

/** The body of the response that a refused request gets instead of an error; `undefined` is none. */
export const CIRCUIT_FALLBACK: HttpContextToken<unknown> =
  /* @__PURE__ */ new HttpContextToken<unknown>(() => undefined);
