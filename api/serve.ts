/** Binds the API to a port, of this machine unless told otherwise. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';

/** A client that never finishes its request holds a socket no longer than this. */
const SLOW_CLIENTS = { headersTimeout: 5_000, requestTimeout: 10_000 };

export type ServeOptions = {
  readonly app: OpenAPIHono;
  /** 0 takes a free port. */
  readonly port: number;
  readonly hostname?: string;
};

export type Served = { readonly url: string; readonly close: () => Promise<void> };

/** Rejects when the port is taken. `close` lets requests in work end. */
export async function serveApi({
  app,
  port,
  hostname = '127.0.0.1',
}: ServeOptions): Promise<Served> {
  const server = createAdaptorServer({ fetch: app.fetch, hostname, serverOptions: SLOW_CLIENTS });
  server.listen(port, hostname);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${host}:${address.port}`,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
