// node examples/choosing/run.ts checkout: plays ten days of an example, and ends with 1 if an expectation is not met.
import { compare, expectation, toTable } from 'rxjs-circuit-breaker/lab';

const examples = ['checkout', 'feed', 'market', 'cdn'];
const [name = ''] = process.argv.slice(2);
if (!examples.includes(name)) {
  console.error(`run.ts needs one of ${examples.join(', ')}, got "${name}"`);
  process.exit(2);
}
const { plan, settings, expectations } = await import(`./${name}.ts`);
const comparison = compare(plan, { none: null, settings }, { seeds: 10 });
console.log(toTable({ ...comparison, differences: [] }));
const standing = comparison.standings.find((it) => it.name === 'settings');
console.log();
for (const text of expectations) {
  const judgement = standing && expectation(text).judge(standing);
  if (!judgement?.met) process.exitCode = 1;
  console.log(`${judgement?.met ? 'met' : 'NOT MET'}: ${text}, seen ${judgement?.seen}`);
}
