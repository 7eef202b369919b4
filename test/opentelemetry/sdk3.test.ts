import { sdk3 } from './sdk3.ts';
import { suite } from './suite.ts';

suite(sdk3);
