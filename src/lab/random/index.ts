export { cosineOfTurn, exp, log, normalQuantile } from './maths.js';
export { Stream, sequence } from './stream.js';
