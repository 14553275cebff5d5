/** Refuses to start on a port that somebody else has, and says who and what to do. */
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { CommandError } from '../exit-codes.ts';
import { isPortFree, portOwner } from './port-owner.ts';

export type NeededPort = { readonly name: string; readonly path: string; readonly port: number };

/** The ports that a start opens; an external Temporal or PostgreSQL needs none. */
export function neededPorts({ ports, temporal, postgres }: TidegateConfig): readonly NeededPort[] {
  const embedded = (external: string, needed: readonly NeededPort[]) =>
    external === '' ? needed : [];
  return [
    { name: 'API', path: 'ports.api', port: ports.api },
    { name: 'paper venue', path: 'ports.venue', port: ports.venue },
    { name: 'venue admin', path: 'ports.venue_admin', port: ports.venueAdmin },
    ...embedded(postgres.url, [
      { name: 'PostgreSQL', path: 'ports.postgres', port: ports.postgres },
    ]),
    ...embedded(temporal.address, [
      { name: 'Temporal', path: 'ports.temporal', port: ports.temporal },
      { name: 'Temporal Web UI', path: 'ports.temporal_ui', port: ports.temporalUi },
    ]),
  ];
}

/** Throws CommandError that names every busy port with its owner and the remedy. */
export async function requireFreePorts(config: TidegateConfig): Promise<void> {
  const busy: string[] = [];
  for (const needed of neededPorts(config)) {
    if (!(await isPortFree(needed.port, '127.0.0.1'))) busy.push(describeBusy(needed));
  }
  if (busy.length > 0) throw new CommandError(busy.join('\n'));
}

function describeBusy({ name, path, port }: NeededPort): string {
  const owner = portOwner(port);
  const who = owner === undefined ? 'another process' : `process ${owner.pid} (${owner.command})`;
  return (
    `port ${port} for ${name} is taken by ${who}: stop that process, ` +
    `or choose another port with --set ${path}=<port>`
  );
}
