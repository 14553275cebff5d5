/** The paper venue on its own, by its commands: without Temporal, without Postgres. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { connectTo } from '../../venue/testing/venue-bench.ts';
import type { Venue } from '../../venue/server.ts';
import { freePort } from '../support/free-port.ts';

const BTC = 'BTC/USDT:USDT';
const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Ran = { readonly code: number; readonly output: string };

/** Runs a `tidegate venue …` command to its end. */
function run(args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'venue', ...args], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

type Running = { readonly process: ChildProcess; readonly venue: Venue; readonly lines: string[] };

async function start(args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, 'venue', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const venue = await new Promise<Venue>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Venue);
    });
  });
  return { process: child, venue, lines };
}

async function stop({ process: child }: Running): Promise<unknown> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return gone;
}

const SCRIPT = `seed: 5
entries:
  - after: { wallMs: 0 }
    name: lies
    fault: { kind: replyInstead, reply: "-1007", call: POST order }
  - after: { wallMs: 200 }
    clear: "*"
`;

test('runs alone, takes keys while it runs, plays scripts, and its journal is proven', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-venue-cli-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const ports = [await freePort(), await freePort()];
  const shared = [
    ...['--set', `data_dir=${folder}`, '--symbols', 'BTCUSDT'],
    ...['--set', `ports.venue=${ports[0]}`, '--set', `ports.venue_admin=${ports[1]}`],
  ];
  const running = await start([...shared, '--json', '--sync', 'interval']);

  const made = await run([
    'keys',
    'add',
    '--account',
    'bot',
    '--balance',
    '500',
    '--json',
    ...shared,
  ]);
  const keys = JSON.parse(made.output) as { apiKey: string; secret: string; account: string };
  expect(keys.account).toBe('bot');
  const agent = new Agent();
  cleanups.push(() => agent.destroy());
  const { apiKey, secret } = keys;
  const exchange = await connectTo(running.venue, agent, { apiKey, secret });
  cleanups.push(() => exchange.close());
  expect((await exchange.fetchBalance())['USDT']?.total).toBe('500');
  const order = await exchange.createOrder(BTC, 'market', 'buy', 0.01);
  expect(order.status).toBe('closed');

  const path = join(folder, 'script.yaml');
  writeFileSync(path, SCRIPT);
  const played = await run(['faults', path, '--json', ...shared]);
  const kinds = played.output
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect([played.code, kinds]).toEqual([0, ['scriptFault', 'scriptClear']]);
  expect(running.lines.filter((line) => line.includes('"scriptFault"'))).toHaveLength(1);
  expect(await run([...shared])).toMatchObject({ code: 1 });
  expect(await stop(running)).toBe(0);

  const journal = join(folder, 'venue', 'journal.ndjson');
  appendFileSync(journal, '{"torn":');
  const verified = await run(['verify', '--journal', journal]);
  expect(verified).toMatchObject({
    code: 0,
    output: expect.stringMatching(/bot: 500 .*0\.01 BTCUSDT/) as string,
  });
  expect(verified.output).toMatch(/torn/);
  expect(verified.output).toMatch(/proven/);
  expect(await run(['faults', ...shared])).toMatchObject({ code: 3 });
});

test.each([
  [['verify', '--journal', '/nowhere/journal'], 1, /no journal/],
  [['keys', 'add', '--account', 'Not A Name'], 2, /--account/],
  [['keys', 'add', '--account', 'a', '--fee-tier', '12'], 2, /0 to 9/],
  [['keys', 'add', '--account', 'a', '--balance', '-1'], 2, /--balance/],
  [['keys', 'remove', 'none'], 2, /no key none/],
  [['faults', '/nowhere/script.yaml'], 2, /no such file/],
  [['explode'], 2, /keys, verify, faults/],
])('venue %s is refused', async (args, code, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-venue-cli-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const ran = await run([...args, '--set', `data_dir=${folder}`]);
  expect(ran).toMatchObject({ code, output: expect.stringMatching(message) as string });
});
