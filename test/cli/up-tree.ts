/** A copy of the project whose worker and API are stand-ins, to try `tidegate up` as a process. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from '../support/free-port.ts';

const repository = join(import.meta.dirname, '../..');
const COPIED = ['cli', 'adapters', 'core', 'venue', 'db', 'scripts', 'package.json'];

const WORKER = `
import type { TidegateConfig } from '../adapters/config/load-config.ts';
export const startWorkerRole = async (config: TidegateConfig) => ({ ready: {}, stop: async () => {} });`;

/** Answers the status and remembers which symbols were started. */
const API = `
import { createServer } from 'node:http';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
export async function startApiRole(config: TidegateConfig) {
  const started: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET') {
      return answer(200, { account: config.account.name, latch: 'clear', symbols: started.map((symbol) => ({ symbol })) });
    }
    const { symbols } = JSON.parse(Buffer.concat(chunks).toString());
    if (started.includes(symbols[0])) return answer(409, { code: 'ALREADY_RUNNING' });
    if (symbols[0] === 'ETHUSDT') return answer(422, { code: 'UNKNOWN_SYMBOL', detail: 'ETHUSDT is refused' });
    started.push(symbols[0]);
    answer(200, { started: symbols });
  });
  await new Promise<void>((resolve) => server.listen(config.ports.api, '127.0.0.1', resolve));
  return { ready: { port: config.ports.api }, stop: async () => void server.close() };
}`;

export type UpTree = ReturnType<typeof makeUpTree>;

export function makeUpTree() {
  const root = mkdtempSync(join(tmpdir(), 'tidegate-up-'));
  chmodSync(root, 0o755);
  for (const name of COPIED) cpSync(join(repository, name), join(root, name), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'cli/worker.ts'), WORKER);
  writeFileSync(join(root, 'cli/api.ts'), API);
  return {
    root,
    dataFile: (name: string) => join(root, '.tidegate', name),
    readJson: (name: string): unknown =>
      JSON.parse(readFileSync(join(root, '.tidegate', name), 'utf8')),
  };
}

/** One configuration file with free ports, so that every command of a test agrees. */
export async function writePorts(
  tree: Pick<UpTree, 'root'>,
): Promise<Readonly<Record<string, number>>> {
  const names = ['api', 'venue', 'venue_admin', 'temporal', 'temporal_ui', 'postgres'];
  const ports: Record<string, number> = {};
  for (const name of names) ports[name] = await freePort();
  writeFileSync(join(tree.root, 'tidegate.yaml'), JSON.stringify({ ports }));
  return ports;
}

export type Command = {
  readonly child: ChildProcess;
  output(): string;
  readonly exitCode: Promise<number | null>;
  /** Resolves when the output holds the text; fails with the output when it never does. */
  says(text: string): Promise<void>;
};

/** `cwd`: where it finds its configuration and keeps its data; the tree's root by default. */
export function tidegate(
  { root, cwd = root }: { readonly root: string; readonly cwd?: string },
  args: readonly string[],
): Command {
  const child = spawn(process.execPath, [join(root, 'cli/main.ts'), ...args], { cwd });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    output: () => output,
    exitCode,
    says: (text) =>
      vi.waitFor(
        () => {
          if (!output.includes(text)) throw new Error(`"${text}" was not said:\n${output}`);
        },
        { timeout: 60_000, interval: 50 },
      ),
  };
}
