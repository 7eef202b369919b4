import { type Choice, optionsOf } from './options.ts';
import type { Step } from './run.ts';

/** A failing plan as text; see below for the marbles. */
export function claim(choice: Choice, plan: readonly (readonly [Step, boolean])[]): string {
  const options = Object.entries(optionsOf(choice, 'text')).map(
    ([name, value]) =>
      `    ${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)},`,
  );
  const steps = plan.map(([step, look]) => `  ${JSON.stringify(step)}${look ? '' : ' (no look)'}`);
  return `  circuitBreaker({\n${options.join('\n')}\n  })\n${steps.join('\n')}`;
}
