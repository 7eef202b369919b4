import type * as RxJS from 'rxjs';
import type * as Library from '../../src/index.ts';
import { calls } from './calls.ts';
import { ends } from './ends.ts';
import { teardown } from './teardown.ts';

/**
 * What a claim is made about: one copy of RxJS and one of the library. They are handed in, and not
 * imported, so that the same claims hold the built package against every RxJS, in Node and in a browser.
 */
export interface Subject {
  readonly rxjs: typeof RxJS;
  readonly library: typeof Library;
}

/** Throws, or rejects, where the claim does not hold. */
export type Claim = (subject: Subject) => void | Promise<void>;

/**
 * What RxJS has to do for the library's own subscriber, which is no RxJS Subscriber but has the methods
 * of one. All by the documented behaviour of observables, but for the first claim: that is the duck test
 * which makes a call cheap.
 */
export const contract: Readonly<Record<string, Claim>> = { ...calls, ...ends, ...teardown };
