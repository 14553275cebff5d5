import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHaltLatch } from '../../adapters/postgres/halt-latch.ts';
import { createHostHalts } from '../../adapters/postgres/host-halts.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import { activeHalts } from '../../adapters/postgres/reads/halts.ts';
import { PAPER_RISK_LIMITS } from '../../core/risk/risk-limits.ts';
import {
  BTC,
  ETH,
  aRequest,
  aSending,
  aStop,
  anIntent,
  openGuarded,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld, OpenedSymbol } from '../support/ledger.ts';

let world: LedgerWorld;
let btc: OpenedSymbol;
let eth: OpenedSymbol;
beforeEach(async () => {
  world = await startLedger({
    limits: {
      exposurePct: 100,
      positionSizePct: 100,
      positionNotionalPct: 300,
      grossNotionalPct: 300,
    },
  });
  btc = await openGuarded(world.ledger, BTC);
  eth = await openGuarded(world.ledger, ETH);
});
afterEach(() => world.stop());

const HALT = {
  account: 'paper',
  haltId: 'h-1',
  level: 'HALT',
  reason: 'test',
  by: 'someone',
  symbols: null,
} as const;
const CLEAR = { account: 'paper', haltId: 'h-1', reason: 'over', by: 'admin' } as const;

const prepared = async ({ ref, nextId }: OpenedSymbol) => {
  const order = anIntent({ clientOrderId: nextId() });
  await world.ledger.prepareIntents(aRequest(ref, [order]));
  return order;
};
const refusalOf = async ({ ref }: OpenedSymbol, clientOrderId: string) =>
  (await world.ledger.beginSending(aSending(ref, [clientOrderId]))).refused[0]?.reason.code;

/** Resolves when a statement waits for a lock that matches. */
async function waitsForLock(query: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const { rowCount } = await world.pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1
         AND datname = current_database()`,
      [`%${query}%`],
    );
    if (rowCount === 1) return;
  }
  throw new Error(`nothing waits in ${query}`);
}

describe('a halt', () => {
  test('stops what adds risk, before and after it was prepared, and lets protection through', async () => {
    const order = await prepared(btc);
    expect(await world.latch.set(HALT)).toEqual({ latched: true });
    expect(await refusalOf(btc, order.clientOrderId)).toBe('HALT_LATCH_SET');
    const late = anIntent({ clientOrderId: btc.nextId() });
    const { denied } = await world.ledger.prepareIntents(aRequest(BTC, [late]));
    expect(denied[0]?.reason).toEqual({
      code: 'HALT_LATCH_SET',
      figures: { haltId: 'h-1', level: 'HALT' },
    });
    await send(world.ledger, BTC, aStop({ clientOrderId: btc.nextId() }));
  });

  test('is read, and cleared by its own id only', async () => {
    expect(await world.latch.read('paper')).toEqual({ kind: 'clear' });
    await world.latch.set(HALT);
    expect(await world.latch.read('paper')).toEqual({
      kind: 'set',
      haltId: 'h-1',
      level: 'HALT',
      reason: 'test',
      by: 'someone',
      since: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(await world.latch.clear({ ...CLEAR, haltId: 'h-2' })).toBe(false);
    expect((await world.latch.read('paper')).kind).toBe('set');
    expect(await world.latch.clear(CLEAR)).toBe(true);
    expect(await world.latch.clear(CLEAR)).toBe(false);
    expect(await world.latch.read('paper')).toEqual({ kind: 'clear' });
    await send(world.ledger, BTC, anIntent({ clientOrderId: btc.nextId() }));
  });

  test('two at once are cleared one by one', async () => {
    await Promise.all([world.latch.set(HALT), world.latch.set({ ...HALT, haltId: 'h-2' })]);
    await world.latch.clear(CLEAR);
    expect(await world.latch.read('paper')).toMatchObject({ kind: 'set', haltId: 'h-2' });
  });

  test('of one symbol leaves the others alone', async () => {
    await world.latch.set({ ...HALT, symbols: ['BTCUSDT'] });
    expect(await world.latch.read('paper')).toEqual({ kind: 'clear' });
    expect((await activeHalts(world.pool, 'paper')).map(({ symbols }) => symbols)).toEqual([
      ['BTCUSDT'],
    ]);
    await send(world.ledger, ETH, anIntent({ clientOrderId: eth.nextId() }));
    const order = await prepared(btc);
    expect(await refusalOf(btc, order.clientOrderId)).toBe('HALT_LATCH_SET');
  });

  test('at LOCKOUT stops protection too, even beside a milder one', async () => {
    const stop = aStop({ clientOrderId: btc.nextId() });
    await world.ledger.prepareIntents(aRequest(BTC, [stop]));
    await world.latch.set(HALT);
    await world.latch.set({ ...HALT, haltId: 'h-2', level: 'LOCKOUT' });
    expect(await refusalOf(btc, stop.clientOrderId)).toBe('HALT_LATCH_SET');
  });
});

describe('setting it', () => {
  test('waits for a submit in transition, and the next one sees it', async () => {
    const order = await prepared(btc);
    const submit = await world.pool.connect();
    await submit.query('BEGIN');
    await submit.query(`SELECT revision FROM halt_latch WHERE account = 'paper' FOR SHARE`);
    const set = world.latch.set(HALT);
    await waitsForLock('UPDATE halt_latch');
    const next = refusalOf(btc, order.clientOrderId);
    await submit.query('COMMIT');
    submit.release();
    expect(await set).toEqual({ latched: true });
    expect(await next).toBe('HALT_LATCH_SET');
  });

  test('holds a submit up until it is through', async () => {
    const order = await prepared(btc);
    const setting = await world.pool.connect();
    await setting.query('BEGIN');
    await setting.query(`SELECT FROM halt_latch WHERE account = 'paper' FOR UPDATE`);
    const submit = refusalOf(btc, order.clientOrderId);
    try {
      await waitsForLock('SELECT revision FROM halt_latch');
    } finally {
      await setting.query('COMMIT');
      setting.release();
    }
    expect(await submit).toBeUndefined();
  });

  test('waits half a second, not longer, for a worker that froze in its transaction', async () => {
    const frozen = await world.pool.connect();
    frozen.on('error', () => undefined);
    await frozen.query('BEGIN');
    await frozen.query(`SELECT revision FROM halt_latch WHERE account = 'paper' FOR SHARE`);
    const begun = performance.now();
    expect(await world.latch.set(HALT)).toEqual({ latched: true });
    expect(performance.now() - begun).toBeLessThan(1_500);
    await expect(frozen.query('COMMIT')).rejects.toThrow('not queryable');
    frozen.release(true);
  });

  test('amid forty submits: none that was let through comes after it', async () => {
    const orders = await Promise.all(
      Array.from({ length: 20 }, () => Promise.all([prepared(btc), prepared(eth)])),
    );
    const submits = orders
      .flat()
      .map((order, i) =>
        world.ledger.beginSending(aSending(i % 2 === 0 ? BTC : ETH, [order.clientOrderId])),
      );
    const set = world.latch.set(HALT);
    const answers = await Promise.all(submits);
    await set;
    const { rows } = await world.pool.query<{ late: number; sending: number }>(`
      SELECT count(*) FILTER (WHERE i.changed_at > h.recorded_at)::int AS late, count(*)::int AS sending
      FROM order_intents i, halts h WHERE i.state = 'SENDING'`);
    expect(rows[0]?.late).toBe(0);
    expect(rows[0]?.sending).toBe(answers.flatMap(({ send: sent }) => sent).length);
  });
});

describe('without Postgres', () => {
  const down = () =>
    createPool({ connectionString: 'postgres://x:x@127.0.0.1:1/x', applicationName: 'down' });

  test('the host holds it, and it is written to Postgres before the next submit', async () => {
    const order = await prepared(btc);
    const pool = down();
    const latch = createHaltLatch(pool, {
      mode: 'paper',
      hostHalts: createHostHalts(join(world.hostFolder, 'halts')),
    });
    expect(await latch.set(HALT)).toEqual({ latched: false });
    expect(await latch.read('paper')).toMatchObject({ kind: 'set', haltId: 'h-1' });
    expect(await activeHalts(world.pool, 'paper')).toEqual([]);
    // Another process of the host, with Postgres.
    expect(await refusalOf(btc, order.clientOrderId)).toBe('HALT_LATCH_SET');
    expect((await activeHalts(world.pool, 'paper')).map(({ haltId }) => haltId)).toEqual(['h-1']);
    await pool.end();
  });

  test('that takes connections and never answers, setting it is over in time', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const connectionString = `postgres://x:x@127.0.0.1:${port}/x`;
    const pool = createPool({ connectionString, applicationName: 'silent' });
    const latch = createHaltLatch(pool, { mode: 'paper', hostHalts: world.hostHalts });
    const begun = performance.now();
    expect(await latch.set(HALT)).toEqual({ latched: false });
    expect(performance.now() - begun).toBeLessThan(4_000);
    await pool.end();
    silent.close();
  });

  test('nothing is clear', async () => {
    const pool = down();
    const latch = createHaltLatch(pool, { mode: 'paper', hostHalts: world.hostHalts });
    expect((await latch.read('paper')).kind).toBe('unreadable');
    await expect(latch.clear(CLEAR)).rejects.toThrow('ECONNREFUSED');
    const ledger = createLedger(pool, {
      mode: 'paper',
      buildId: 'test',
      limitsFor: () => ({ ...PAPER_RISK_LIMITS, allowedSymbols: ['BTCUSDT'] }),
      hostHalts: world.hostHalts,
      notifications: world.notifications,
      intentTtlMs: 2_000,
    });
    await expect(ledger.beginSending(aSending(BTC, ['x']))).rejects.toThrow('ECONNREFUSED');
    await pool.end();
  });
});

describe('the host’s file', () => {
  test('that cannot be understood stops what adds risk', async () => {
    const order = await prepared(btc);
    await mkdir(join(world.hostFolder, 'halts'));
    await writeFile(join(world.hostFolder, 'halts', 'x.halt.json'), '{"half":');
    expect(await refusalOf(btc, order.clientOrderId)).toBe('HALT_LATCH_SET');
    expect((await world.latch.read('paper')).kind).toBe('unreadable');
    await send(world.ledger, BTC, aStop({ clientOrderId: btc.nextId() }));
  });

  test('that cannot be written leaves the halt in Postgres and in memory', async () => {
    await writeFile(join(world.hostFolder, 'halts'), 'a file where the folder should be');
    expect(await world.latch.set(HALT)).toEqual({ latched: true });
    await chmod(join(world.hostFolder, 'halts'), 0o600);
    const order = anIntent({ clientOrderId: btc.nextId() });
    const { denied } = await world.ledger.prepareIntents(aRequest(BTC, [order]));
    expect(denied[0]?.reason.code).toBe('HALT_LATCH_SET');
  });

  test('of a halt that was cleared elsewhere is forgotten, not set again', async () => {
    const other = createHostHalts(join(world.hostFolder, 'other-host'));
    const otherLatch = createHaltLatch(world.pool, { mode: 'paper', hostHalts: other });
    await otherLatch.set(HALT);
    await world.latch.clear(CLEAR);
    expect((await other.list('paper')).length).toBe(1);
    expect(await otherLatch.read('paper')).toEqual({ kind: 'clear' });
    expect(await other.list('paper')).toEqual([]);
    expect(await world.latch.read('paper')).toEqual({ kind: 'clear' });
  });
});
