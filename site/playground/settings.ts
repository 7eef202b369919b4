import { type CircuitBreakerOptions, circuitBreaker } from 'rxjs-circuit-breaker';

/** Options as a visitor types them: texts by the name of the option. What is left out is at its default. */
export type Settings = Readonly<Record<string, string>>;

/** Options, or the library's own message about them. */
export type Reading =
  | { readonly options: CircuitBreakerOptions; readonly fault: null }
  | { readonly options: null; readonly fault: Fault };

/** A message of the library, and the option that the message names; null for none. */
export interface Fault {
  readonly message: string;
  readonly option: string | null;
}

/** The value that a text stands for: a number, a window of calls, or the text itself for the library to refuse. */
function valueIn(name: string, text: string): unknown {
  const calls = name === 'rollingWindow' ? /^(\S+) calls$/.exec(text.trim())?.[1] : undefined;
  if (calls !== undefined) return { calls: Number(calls) };
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

/** Reads settings; the library says what is wrong. */
export function read(settings: Settings): Reading {
  const options: CircuitBreakerOptions = Object.fromEntries(
    Object.entries(settings).map(([name, text]) => [name, valueIn(name, text)]),
  );
  try {
    circuitBreaker(options);
    return { options, fault: null };
  } catch (error) {
    const { message } = error as Error;
    const names = Object.keys(settings).filter((name) => message.includes(name));
    names.sort((a, b) => message.indexOf(a) - message.indexOf(b) || b.length - a.length);
    return { options: null, fault: { message, option: names[0] ?? null } };
  }
}

/** The settings as the code that makes the breaker. */
export function asCall(settings: Settings): string {
  const lines = Object.entries(settings).map(([name, text]) => `  ${name}: ${asCode(name, text)},`);
  return lines.length === 0 ? 'circuitBreaker()' : `circuitBreaker({\n${lines.join('\n')}\n})`;
}

/** The settings as a module. */
export function asModule(settings: Settings): string {
  return `import { circuitBreaker } from 'rxjs-circuit-breaker';\n\nconst breaker = ${asCall(settings)};\n`;
}

function asCode(name: string, text: string): string {
  const value = valueIn(name, text);
  if (typeof value === 'object') return `{ calls: ${(value as { calls: number }).calls} }`;
  if (typeof value !== 'number') return JSON.stringify(text);
  return Number.isInteger(value) && Math.abs(value) < 1e15
    ? String(value).replace(/\B(?=(\d{3})+$)/g, '_')
    : String(value);
}
