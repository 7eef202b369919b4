import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP service on this machine. */
export interface Service {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a service that answers `/call/<n>` with 200, or with 500 where `fails(n)`. */
export async function startService(fails: (call: number) => boolean): Promise<Service> {
  const server = createServer((request, response) => {
    const call = Number(request.url?.split('/').at(-1));
    response.writeHead(fails(call) ? 500 : 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections(); // the client keeps its connections open for the next call
      await once(server, 'close');
    },
  };
}

/** A number from 0 up to 1, the same for the same seed and call: so a run can be run again. */
export function chance(seed: number, call: number): number {
  return createHash('sha256').update(`${seed} ${call}`).digest().readUInt32BE() / 2 ** 32;
}
