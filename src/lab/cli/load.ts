import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { show } from '../../core/index.js';
import type { Candidate, Plan } from '../world/plan.js';
import { UsageError } from './usage.js';

/** The export that `file#name` means; without a name the default export. */
async function load(flag: string, reference: string): Promise<unknown> {
  const hash = reference.lastIndexOf('#');
  const file = hash < 0 ? reference : reference.slice(0, hash);
  const name = hash < 0 ? 'default' : reference.slice(hash + 1);
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new UsageError(
      `${flag} ${show(reference)}: there is no file ${file}; settings are a module as breakers.ts#payments, ` +
        'or "defaults", or "none"',
    );
  }
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${flag} ${show(reference)}: ${reason(file, error)}`);
  }
  if (!(name in module) && Object.hasOwn(Object(module['default']), name)) {
    return (module['default'] as Record<string, unknown>)[name]; // a CommonJS module
  }
  if (!(name in module)) {
    const exports = Object.keys(module).join(', ') || 'none';
    throw new UsageError(
      `${flag} ${show(reference)}: ${file} has no export ${show(name)}; its exports are: ${exports}`,
    );
  }
  return module[name];
}

function reason(file: string, error: unknown): string {
  const { code, message } = Object(error) as { code?: string; message?: string };
  const isTypeScript = /\.[cm]?ts$/.test(file);
  if (isTypeScript && code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return (
      `Node ${process.versions.node} does not read TypeScript. Use Node 22.18 or newer, or 22.6 with ` +
      'NODE_OPTIONS=--experimental-strip-types, or give a JavaScript module'
    );
  }
  return `${file} cannot be loaded: ${message ?? String(error)}`;
}

/** The candidate that a reference means. */
export async function loadSettings(flag: string, reference: string): Promise<Candidate> {
  if (reference === 'none') return null;
  if (reference === 'defaults') return {};
  const value = await load(flag, reference);
  if (typeof value === 'function' && 'events$' in value) {
    throw new UsageError(
      `${flag} ${show(reference)} is a breaker that was made already: export its options, which the lab gives to ` +
        'breakers on virtual time',
    );
  }
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
    throw new UsageError(
      `${flag} ${show(reference)} must be options of a breaker, or a function that makes one, got ${show(value)}`,
    );
  }
  return value as Candidate;
}

/** The plan that a reference means; the lab checks it. */
export async function loadPlan(reference: string): Promise<Plan> {
  return (await load('--plan', reference)) as Plan;
}
