import { asyncScheduler, Observable } from 'rxjs';
import type { Surroundings } from '../core/config.js';

/** RxJS around a breaker: its default scheduler, and its own report of errors that nobody handles. */
export const surroundings: Surroundings = {
  scheduler: asyncScheduler,
  report: (error) => {
    new Observable((subscriber) => subscriber.error(error)).subscribe();
  },
};
