import { filter, fromEvent, takeUntil, tap } from 'rxjs';
import { circuitBreaker } from 'rxjs-circuit-breaker';
import { callService } from './client.ts';
import { type DemoOptions, help, readOptions, UsageError } from './options.ts';
import { openScreen } from './screen.ts';
import { chance, startService } from './service.ts';
import { changeLine, resultLine, seconds, statusLine, type Tally, table } from './text.ts';

process.stdout.on('error', () => process.exit()); // the reader has left: `npm run demo | head`

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(help());
  else await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nnpm run demo -- --help lists the flags.\n`);
  process.exitCode = 2;
}

async function run(options: DemoOptions): Promise<void> {
  const { seed, failureRate, recoverAt, recoveredRate, openTime } = options;
  const service = await startService(
    (call) => chance(seed, call) < (call < recoverAt ? failureRate : recoveredRate),
  );
  const breaker = circuitBreaker({
    name: 'demo',
    failureRateThreshold: 0.6, // trips when six of ten calls have failed,
    minimumCalls: 10, // but not before the tenth;
    rollingWindow: Number.POSITIVE_INFINITY, // forgets nothing while closed;
    retryTimeout: openTime, // stays open that long,
    successThreshold: 10, // then wants ten good probes,
    maxProbes: 10, // as many as ten at once
  });
  const tally: Tally = { succeeded: 0, failed: 0, refused: 0 };
  const screen = openScreen(process.stdout, () => statusLine(breaker, tally));
  const begun = performance.now();
  const print = (line: string): void =>
    screen.print(`${seconds(performance.now() - begun).padStart(7)}  ${line}`);

  print(`${service.url} fails ${failureRate * 100} % of the calls, seed ${seed}`);
  const changes = breaker.events$
    .pipe(filter((event) => event.type === 'state-change'))
    // the breaker changes before its caller hears of the call: the line of the change comes after that of the call
    .subscribe((change) => queueMicrotask(() => print(changeLine(change))));
  const interrupted = fromEvent(process, 'SIGINT').pipe(
    tap(() => {
      process.exitCode = 130;
    }),
  );

  await callService(service.url, breaker, options)
    .pipe(takeUntil(interrupted))
    .forEach((result) => {
      tally[result.kind]++;
      print(resultLine(result));
    });

  changes.unsubscribe();
  screen.close();
  await service.close();
  process.stdout.write(`\n${table(tally)}\n`);
}
