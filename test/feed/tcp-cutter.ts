/** A TCP relay whose connections can be cut, between a client and a server. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export type TcpCutter = {
  readonly origin: string;
  readonly port: number;
  /** Ends every open connection; answers how many clients had one. */
  cut(): number;
  /** Connections taken so far. */
  accepted: number;
  /** While true, new connections end at once. */
  refuse: boolean;
  /** While true, connections stay open and everything sent is lost: cut them before it ends. */
  silent: boolean;
  close(): Promise<void>;
};

export async function startTcpCutter(target: string): Promise<TcpCutter> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const cut = (): number => {
    const open = sockets.size / 2;
    sockets.forEach((socket) => socket.destroy());
    return open;
  };
  const cutter = { refuse: false, silent: false, accepted: 0 };
  const forward = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => {
      if (!cutter.silent) to.write(bytes);
    });
    from.on('close', () => to.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    if (cutter.refuse) {
      client.destroy();
      return;
    }
    cutter.accepted += 1;
    const upstream = connect(Number(port), hostname);
    keep(upstream);
    forward(client, upstream);
    forward(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listening = (server.address() as AddressInfo).port;
  return Object.assign(cutter, {
    origin: `http://127.0.0.1:${listening}`,
    port: listening,
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
