/** Ports that nobody has right now, as the system gives them out. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** All are held until the last one is found, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const probes = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

async function listenAnywhere() {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  return probe;
}
