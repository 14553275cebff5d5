import { afterEach, beforeEach, expect, test } from 'vitest';
import { activeHalts } from '../../adapters/postgres/reads/halts.ts';
import { instanceOf } from '../../adapters/postgres/symbol-epochs.ts';
import { createHaltSymbol } from '../../adapters/postgres/halt-symbol.ts';
import {
  BTC,
  ETH,
  aRequest,
  aSending,
  anIntent,
  openGuarded,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld, OpenedSymbol } from '../support/ledger.ts';

let world: LedgerWorld;
let btc: OpenedSymbol;
let eth: OpenedSymbol;
beforeEach(async () => {
  world = await startLedger();
  btc = await openGuarded(world.ledger, BTC);
  eth = await openGuarded(world.ledger, ETH);
});
afterEach(() => world.stop());

async function refusalOf({ ref, nextId }: OpenedSymbol) {
  const order = anIntent({ clientOrderId: nextId() });
  const { denied } = await world.ledger.prepareIntents(aRequest(ref, [order]));
  if (denied[0] !== undefined) return denied[0].reason.code;
  const { refused } = await world.ledger.beginSending(aSending(ref, [order.clientOrderId]));
  return refused[0]?.reason.code;
}

test('a second writer halts its symbol, once, and again after a resume', async () => {
  const halt = createHaltSymbol(world.pool, world.latch);
  await halt(BTC, { reason: 'another Tidegate', by: 'worker' });
  await halt(BTC, { reason: 'another Tidegate, still', by: 'worker' });
  const [first, ...more] = await activeHalts(world.pool, 'paper');
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    level: 'HALT',
    reason: 'another Tidegate',
    by: 'worker',
    symbols: ['BTCUSDT'],
  });
  expect(await refusalOf(btc)).toBe('HALT_LATCH_SET');
  expect(await refusalOf(eth)).toBeUndefined();
  const haltId = first?.haltId ?? '';
  await world.latch.clear({ account: 'paper', haltId, reason: 'looked', by: 'admin' });
  expect(await refusalOf(btc)).toBeUndefined();
  await halt(BTC, { reason: 'another Tidegate', by: 'worker' });
  const [second] = await activeHalts(world.pool, 'paper');
  expect(second?.haltId).not.toBe(haltId);
});

test('the instance of an account stays what it was at first', async () => {
  const { instance } = await world.ledger.identity(BTC);
  expect(await instanceOf(world.pool, 'paper', 'paper')).toBe(instance);
  const other = await instanceOf(world.pool, 'paper', 'paper-2');
  expect(await instanceOf(world.pool, 'paper', 'paper-2')).toBe(other);
});
