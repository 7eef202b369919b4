// The service of the HTTP workloads: a small JSON answer on loopback, in a process of its own.

import { createServer } from 'node:http';

const body = Buffer.from('{"id":7,"name":"Ada"}');
const headers = { 'content-type': 'application/json', 'content-length': body.length };

const server = createServer((_, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.keepAliveTimeout = 60_000; // a contender waits while the others are sampled
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
