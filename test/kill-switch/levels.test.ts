/** Every trading level through API and command, on real workflows at a real venue. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  isHalted,
  ordinaryOrders,
  riskSentSinceHalt,
  statusOf,
  untilStatus,
  untilTrading,
} from './rig-view.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';

const BTC = 'BTCUSDT';
const ETH = 'ETHUSDT';
const SOL = 'SOLUSDT';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ symbols: [BTC, ETH, SOL], speed: 60 });
  await rig.api('POST', '/start', { symbols: [...rig.symbols] });
  await untilTrading(rig);
});
afterAll(() => rig.stop());

const byCommand = async () =>
  (await rig.tidegate('resume', '--reason', 'drill over', '--symbols', BTC)).code === 0;
const byLevel = async () =>
  (await rig.api('POST', '/level', { level: 'ACTIVE', symbols: [BTC] })).status === 202;

test.each([
  ['PAUSE', byCommand],
  ['REDUCING', byLevel],
])('%s takes the entries away and nothing else, until it is ended', async (level, end) => {
  const set = await rig.tidegate('pause', '--level', level, '--symbols', BTC);
  expect(set.output).toContain(BTC);
  expect(set.code).toBe(0);
  await untilStatus(rig, [BTC], (view) => view.level === level);
  await rig.until(
    'no entry stands',
    () => ordinaryOrders(rig, BTC),
    (orders) => orders.every(({ reduceOnly }) => reduceOnly),
  );
  const { state, halted } = await statusOf(rig, BTC);
  expect({ state: state?.split('.')[0], halted }).toEqual({
    state: 'rangingGrid',
    halted: false,
  });
  expect((await ordinaryOrders(rig, ETH)).length).toBeGreaterThan(0);

  expect(await end()).toBe(true);
  await untilTrading(rig, [BTC]);
  expect((await statusOf(rig, BTC)).level).toBe('ACTIVE');
});

test('HALT outlives its worker, refuses every way out but resume, and waits for a clean venue', async () => {
  const stopped = await rig.api('POST', '/emergency-stop', { reason: 'drill' });
  expect(stopped).toMatchObject({
    status: 200,
    body: { level: 'HALT', latched: true, signalled: 3, unsignalled: [], still_open: 0 },
  });
  expect(await ordinaryOrders(rig)).toEqual([]);
  await untilStatus(rig, rig.symbols, isHalted);

  await rig.kill('worker');
  await rig.start('worker');
  await untilStatus(rig, rig.symbols, (view) => isHalted(view) && (view.age_ms ?? 1e9) < 2_000);
  expect(await rig.api('POST', '/level', { level: 'ACTIVE' })).toMatchObject({
    status: 409,
    body: { code: 'HALT_STANDS', symbols: rig.symbols },
  });
  expect(await rig.api('POST', '/start', { symbols: [BTC] })).toMatchObject({
    status: 409,
    body: { code: 'USE_RESUME' },
  });
  expect(await rig.api('POST', '/resume', {})).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'reason' }] },
  });
  expect((await rig.tidegate('resume')).code).toBe(2);
  expect(await ordinaryOrders(rig)).toEqual([]);
  expect(await riskSentSinceHalt(rig)).toEqual([]);

  await rig.fault({ kind: 'dropBeforeAccept', call: 'GET userTrades' });
  const resumed = await rig.api('POST', '/resume', { reason: 'looked at it' });
  expect(resumed).toMatchObject({
    status: 202,
    body: { halt_ids: [stopped.body['halt_id']], signalled: rig.symbols },
  });
  await untilStatus(rig, rig.symbols, ({ state }) => state === 'reconciling');
  await rig.until(
    'reconciling is not clean',
    () => rig.query(`SELECT symbol FROM risk_events WHERE code = 'RECONCILE_NOT_CLEAN'`),
    (rows) => rows.length >= rig.symbols.length,
  );
  expect(await ordinaryOrders(rig)).toEqual([]);
  await rig.mend();
  await untilTrading(rig);
}, 120_000);

test('HALT_AND_FLATTEN closes the position and leaves nothing behind', async () => {
  const views = await rig.until(
    'some symbol holds inventory',
    () => Promise.all(rig.symbols.map((symbol) => statusOf(rig, symbol))),
    (all) => all.some(({ position }) => position?.side !== 'FLAT'),
    60_000,
  );
  const symbol = views.find(({ position }) => position?.side !== 'FLAT')?.symbol ?? '';
  const { status, body } = await rig.api('POST', '/emergency-stop', {
    symbols: [symbol],
    level: 'HALT_AND_FLATTEN',
  });
  expect({ status, level: body['level'] }).toEqual({ status: 200, level: 'HALT_AND_FLATTEN' });
  await rig.until(
    'flat, with no order left',
    async () => ({
      quantity: (await rig.eye.position(symbol)).quantity,
      orders: (await rig.eye.openOrders(symbol)).length,
    }),
    ({ quantity, orders }) => quantity === '0' && orders === 0,
  );
  await untilStatus(rig, [symbol], (view) => isHalted(view) && view.level === 'HALT_AND_FLATTEN');
  expect((await ordinaryOrders(rig)).length).toBeGreaterThan(0);

  await rig.api('POST', '/resume', { symbols: [symbol], reason: 'flat' });
  await untilTrading(rig, [symbol]);
});

test('LOCKOUT by command, raised from HALT; a resume of one symbol leaves the others halted', async () => {
  const halted = await rig.tidegate('stop', '--reason', 'looks odd');
  expect(halted.output).toContain('confirmed by the venue');
  expect(halted.code).toBe(0);
  const locked = await rig.tidegate('stop', '--level', 'lockout', '--symbols', 'SOL/USDT:USDT');
  expect(locked.output).toContain('LOCKOUT');
  expect(locked.code).toBe(0);
  await untilStatus(rig, [SOL], ({ level }) => level === 'LOCKOUT');

  expect(await rig.api('POST', '/resume', { symbols: [BTC], reason: 'one first' })).toMatchObject({
    status: 202,
    body: { signalled: [BTC] },
  });
  await untilTrading(rig, [BTC]);
  const { body } = await rig.api('GET', '/status');
  expect(body['halts']).toMatchObject([
    { level: 'LOCKOUT', symbols: [SOL] },
    { level: 'HALT', symbols: [ETH, SOL] },
  ]);
  expect((await ordinaryOrders(rig)).every((order) => order.symbol === BTC)).toBe(true);

  expect(await rig.api('POST', '/resume', { reason: 'all of it' })).toMatchObject({ status: 202 });
  await untilTrading(rig);
});
