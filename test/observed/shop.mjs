// A real process for a real Prometheus: breakers that trip and recover, and a page of metrics on loopback.
import { createServer } from 'node:http';
import { Registry } from 'prom-client';
import { defer, NEVER, of, throwError, timer } from 'rxjs';
import { circuitBreaker, circuitBreakers } from 'rxjs-circuit-breaker';
import { collectCircuitBreakers } from 'rxjs-circuit-breaker/prometheus';

const settings = {
  consecutiveFailureThreshold: 3,
  slowCallDuration: 100,
  retryTimeout: 1_000,
};
const payments = circuitBreaker({ name: 'payments', ...settings });
const hosts = circuitBreakers(settings);
const ledger = circuitBreaker({ name: 'ledger' });
ledger.isolate();

const registry = new Registry();
collectCircuitBreakers(registry, { payments, hosts, ledger }, { durations: true });

// three seconds well, three seconds down, and again
const isDown = () => Math.floor(Date.now() / 3_000) % 2 === 1;
const service = defer(() => (isDown() ? throwError(() => new Error('down')) : of('ok')));
const slow = timer(150);
const ignore = { error() {} };
setInterval(() => {
  service.pipe(payments).subscribe(ignore);
  service.pipe(hosts.get('a.example')).subscribe(ignore);
  slow.pipe(hosts.get('"b"\n.example')).subscribe(ignore);
}, 25);
NEVER.pipe(hosts.get('c.example')).subscribe(ignore);

const server = createServer(async (_, response) => {
  response.setHeader('content-type', registry.contentType).end(await registry.metrics());
});
server.listen(0, '127.0.0.1', () => {
  process.send({ port: server.address().port });
});
process.on('disconnect', () => process.exit());
