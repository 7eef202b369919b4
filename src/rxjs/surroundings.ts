import { asyncScheduler, Observable } from 'rxjs';
import type { Surroundings } from '../core/config.js';

/** The parts of RxJS that the core needs: the default scheduler, and the report of unhandled errors. */
export const surroundings: Surroundings = {
  scheduler: asyncScheduler,
  report: (error) => {
    new Observable((subscriber) => subscriber.error(error)).subscribe();
  },
};
