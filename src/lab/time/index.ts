export { TimelineScheduler } from './scheduler.js';
export { BEGINS, ENDS, Timeline } from './timeline.js';
