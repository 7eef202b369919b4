export { assertMarble, type MarbleOptions } from './marble.js';
export { MarbleError } from './marbleError.js';
export { parseMarble } from './parse.js';
