/** Which process listens on a port, as far as the system tells us. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

export type PortOwner = { readonly pid: number; readonly command: string };

/** True when nobody listens there. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Undefined when the owner belongs to somebody else, or the system has no /proc. */
export function portOwner(port: number): PortOwner | undefined {
  if (process.platform !== 'linux') return undefined;
  const inodes = listeningInodes(port);
  const pid = processIds().find((candidate) => holdsSocket(candidate, inodes));
  return pid === undefined ? undefined : { pid, command: commandOf(pid) };
}

/** Lines of /proc/net/tcp: `0: 0100007F:1F40 00000000:0000 0A … inode`; 0A is LISTEN. */
function listeningInodes(port: number): ReadonlySet<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['tcp', 'tcp6'].flatMap((table) => (read(`/proc/net/${table}`) ?? '').split('\n'));
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const ours = fields.filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${hex}`));
  return new Set(ours.map((line) => `socket:[${line[9]}]`));
}

const processIds = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);

function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((name) => inodes.has(linkOf(`${folder}/${name}`)));
  } catch {
    // Ended meanwhile, or another user's: not for us to see.
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed between listing and reading.
    return '';
  }
}

const commandOf = (pid: number): string =>
  (read(`/proc/${pid}/cmdline`) ?? '').split('\0').filter(Boolean).join(' ').slice(0, 120);

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The table does not exist (no IPv6), or the process has ended.
    return undefined;
  }
}
