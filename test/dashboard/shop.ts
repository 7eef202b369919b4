import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DashboardOptions, dashboard, toNode } from '../../src/dashboard/index.ts';
import type { CircuitSource } from '../../src/telemetry/sources.ts';

/** A server on loopback that serves the page at `/breakers/`. */
export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

export async function serve(
  sources: Record<string, CircuitSource>,
  options: DashboardOptions = {},
  port = 0,
): Promise<Served> {
  return listen(createServer(toNode(dashboard(sources, options))), port);
}

/** @param at The port; 0 is any that is free. */
export async function listen(server: Server, at = 0): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/breakers/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
