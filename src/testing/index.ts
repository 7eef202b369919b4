export { assertMarble, drawMarble, type MarbleOptions, printMarble } from './marble.js';
export { MarbleError } from './marbleError.js';
export { parseMarble } from './parse.js';
