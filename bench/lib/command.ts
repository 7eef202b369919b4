// A command of another program, such as git or npm, that ends with the bench.

import { spawn } from 'node:child_process';
import { onLeaving } from './leaving.ts';

export interface Ended {
  /** The exit code; null when a signal ended the command, or when the program is not there. */
  readonly code: number | null;
  /** The last lines of output and errors. */
  readonly said: string;
}

/** Runs a command to its end. Ctrl-C ends the command and all that it has started. */
export function command(program: string, given: readonly string[], cwd: string): Promise<Ended> {
  // a group of its own where the system has groups: npm does not end its children
  const hasGroups = process.platform !== 'win32';
  const child = spawn(program, given, {
    cwd,
    detached: hasGroups,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: !hasGroups && program === 'npm',
  });
  const settled = onLeaving(() => {
    if (child.pid === undefined) return;
    try {
      process.kill(hasGroups ? -child.pid : child.pid, 'SIGKILL');
    } catch {
      // the command has ended by itself
    }
  });
  let said = '';
  const hear = (text: Buffer): void => {
    said = `${said}${text}`.slice(-20_000);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      settled();
      resolve({ code: null, said: error.message });
    });
    child.on('close', (code) => {
      settled();
      resolve({ code, said });
    });
  });
}
