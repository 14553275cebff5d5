/**
 * Starts the demo for consecutive seeds, one after the other, and measures the wall time from the
 * API's first healthy answer to the first fill. `node scripts/first-fill.ts [--seeds 10]
 * [--first-seed 1] [--json FILE]`; default parameters, only ports and folders are its own.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

type Trial = {
  readonly seed: number;
  readonly healthyAfterS: number | null;
  readonly firstFillAfterS: number | null;
  readonly strategy: string | null;
};

const GOAL_S = 60;
const HEALTHY_WITHIN_MS = 60_000;
const POLL_MS = 250;
const PORTS = ['api', 'venue', 'venue_admin', 'temporal', 'temporal_ui', 'postgres'];

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    'first-seed': { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});

const trials: Trial[] = [];
for (let i = 0; i < Number(values.seeds); i++) {
  const trial = await measure(Number(values['first-seed']) + i);
  trials.push(trial);
  console.log(describe(trial));
}
const good = trials.filter((t) => t.firstFillAfterS !== null && t.firstFillAfterS <= GOAL_S);
console.log(`${good.length} of ${trials.length} seeds filled within ${GOAL_S} s of a healthy API`);
if (values.json !== undefined) {
  writeFileSync(values.json, JSON.stringify({ goalS: GOAL_S, good: good.length, trials }, null, 2));
}

async function measure(seed: number): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-first-fill-'));
  // As root PostgreSQL runs under another user, which must reach its data.
  chmodSync(folder, 0o755);
  const ports = await freePorts(PORTS.length);
  const settings = PORTS.map((name, i) => `ports.${name}=${ports[i]}`);
  const args = [
    '--seed',
    String(seed),
    ...[...settings, `data_dir=${folder}`].flatMap((s) => ['--set', s]),
  ];
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'start', ...args], {
    stdio: 'ignore',
    detached: true,
  });
  const startedAt = performance.now();
  const origin = `http://127.0.0.1:${ports[0]}`;
  try {
    const healthy = await until(() => answers(`${origin}/health`), HEALTHY_WITHIN_MS);
    const healthyAt = performance.now();
    if (!healthy) return { seed, healthyAfterS: null, firstFillAfterS: null, strategy: null };
    let strategy: string | null = null;
    const filled = await until(
      async () => {
        strategy = await firstStrategy(origin);
        return strategy !== null;
      },
      GOAL_S * 1_000 * 1.5,
    );
    const seconds = (since: number) => Math.round((performance.now() - since) / 100) / 10;
    return {
      seed,
      healthyAfterS: Math.round((healthyAt - startedAt) / 100) / 10,
      firstFillAfterS: filled ? seconds(healthyAt) : null,
      strategy,
    };
  } finally {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function until(done: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (await done()) return true;
    await pause(POLL_MS);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  const reply = await fetch(url).catch(() => undefined);
  return reply?.ok === true;
}

/** The strategy of the oldest fill; null before there is one. */
async function firstStrategy(origin: string): Promise<string | null> {
  const reply = await fetch(`${origin}/api/v1/profit-scraping/trades/recent?limit=500`).catch(
    () => undefined,
  );
  if (reply?.ok !== true) return null;
  const body = (await reply.json()) as { trades?: readonly { strategy: string | null }[] };
  return body.trades?.at(-1)?.strategy ?? null;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const ended = await Promise.race([exited.then(() => true), pause(40_000, false)]);
  if (!ended && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

function describe({ seed, healthyAfterS, firstFillAfterS, strategy }: Trial): string {
  if (healthyAfterS === null) return `seed ${seed}: the API did not become healthy`;
  const fill = firstFillAfterS === null ? 'no fill' : `first fill after ${firstFillAfterS} s`;
  return `seed ${seed}: healthy after ${healthyAfterS} s, ${fill}${strategy === null ? '' : ` (${strategy})`}`;
}
