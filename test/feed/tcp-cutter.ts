/** A TCP relay whose connections can be cut, between a client and the venue. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export type TcpCutter = {
  readonly origin: string;
  /** Ends every open connection. */
  cut(): void;
  /** Connections taken so far. */
  accepted: number;
  /** While true, new connections end at once. */
  refuse: boolean;
  close(): Promise<void>;
};

export async function startTcpCutter(target: string): Promise<TcpCutter> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const cutter = { refuse: false, accepted: 0 };
  const server = createServer((client) => {
    keep(client);
    if (cutter.refuse) {
      client.destroy();
      return;
    }
    cutter.accepted += 1;
    const upstream = connect(Number(port), hostname);
    keep(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(cutter, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
