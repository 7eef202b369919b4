#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { main } from './cli/main.js';

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  moves: process.stderr.isTTY === true,
  file: (path, text) => writeFileSync(path, text),
});
