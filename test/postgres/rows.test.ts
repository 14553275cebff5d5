import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { symbolCodeOf } from '../../adapters/postgres/symbol-epochs.ts';
import {
  BTC,
  ETH,
  NOW,
  aFill,
  aVenueOrder,
  aCounter,
  openSymbol,
  send,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld } from '../support/ledger.ts';

let world: LedgerWorld;
beforeEach(async () => {
  world = await startLedger();
});
afterEach(() => world.stop());

/** A signal that a test can await. */
function counter() {
  let count = 0;
  const waiting: { at: number; done: () => void }[] = [];
  return {
    add: () => {
      count += 1;
      for (const { at, done } of waiting) if (count >= at) done();
    },
    get count() {
      return count;
    },
    reaches: (at: number) =>
      new Promise<void>((done) => {
        if (count >= at) done();
        else waiting.push({ at, done });
      }),
  };
}

test('a reader behind its cursor misses no row, however many writers there are', async () => {
  const btc = await openSymbol(world.ledger, BTC);
  await openSymbol(world.ledger, ETH);
  const level = aCounter({ clientOrderId: btc.nextId(), quantity: '0.01' as never });
  await send(world.ledger, BTC, level);
  const writes = Array.from({ length: 40 }, (_, i) => () => {
    const ref = i % 4 === 0 ? ETH : BTC;
    if (i % 3 !== 0)
      return world.ledger.recordFill(
        ref,
        aFill({ tradeId: `${i}`, quantity: '0.001', eventTime: NOW + i }),
      );
    const executed = `0.00${Math.floor(i / 5)}` as never;
    return world.ledger.recordOrder(
      BTC,
      aVenueOrder(level, { venueOrderId: '1', status: 'partiallyFilled', executed }),
    );
  });
  const seen = new Set<string>();
  let cursor = 0;
  const state = { writing: true };
  const read = async () => {
    const above = await world.ledger.rowsAbove(BTC, cursor, 3);
    for (const row of above) seen.add(row.kind === 'fill' ? row.fill.tradeId : row.order.executed);
    cursor = above.at(-1)?.seq ?? cursor;
    return above.length;
  };
  const reader = (async () => {
    while (state.writing) await read();
    while ((await read()) > 0);
  })();
  await Promise.all(writes.map((write) => write()));
  state.writing = false;
  await reader;
  const fills = Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 3 !== 0 && i % 4 !== 0);
  expect(fills.filter((i) => !seen.has(`${i}`))).toEqual([]);
  expect(seen.has('0.007')).toBe(true);
});

describe('a subscriber', () => {
  test('is called when rows of its symbol are committed, and not for another’s', async () => {
    const btc = await openSymbol(world.ledger, BTC);
    await openSymbol(world.ledger, ETH);
    const [ofBtc, ofEth] = [counter(), counter()];
    const unsubscribe = await world.ledger.subscribe(BTC, ofBtc.add);
    await world.ledger.subscribe(ETH, ofEth.add);
    const before = ofBtc.count;
    await world.ledger.recordFill(ETH, aFill({ tradeId: '1' }));
    await ofEth.reaches(1);
    expect(ofBtc.count).toBe(before);
    const level = aCounter({ clientOrderId: btc.nextId() });
    await send(world.ledger, BTC, level);
    await world.ledger.recordOrder(BTC, aVenueOrder(level, { venueOrderId: '1' }));
    await ofBtc.reaches(before + 1);
    await unsubscribe();
    await world.ledger.recordFill(BTC, aFill({ tradeId: '2' }));
    await world.ledger.recordFill(ETH, aFill({ tradeId: '3' }));
    await ofEth.reaches(2);
    expect(ofBtc.count).toBe(before + 1);
  });

  test('hears nothing of what others say on the channel', async () => {
    await openSymbol(world.ledger, BTC);
    const calls = counter();
    await world.ledger.subscribe(BTC, calls.add);
    const before = calls.count;
    for (const text of ['', 'not json', '{}', '{"topic":"rows","account":1}'])
      await world.pool.query(`SELECT pg_notify('tidegate', $1)`, [text]);
    await world.ledger.recordFill(BTC, aFill({ tradeId: '1' }));
    await calls.reaches(before + 1);
    expect(calls.count).toBe(before + 1);
  });

  test('whose connection breaks is called again once it is back', async () => {
    await openSymbol(world.ledger, BTC);
    const calls = counter();
    await world.ledger.subscribe(BTC, calls.add);
    const before = calls.count;
    await world.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'tidegate-listen' AND datname = current_database()`,
    );
    await calls.reaches(before + 1);
    await world.ledger.recordFill(BTC, aFill({ tradeId: '1' }));
    await calls.reaches(before + 2);
    expect(calls.count).toBeGreaterThanOrEqual(before + 2);
  });
});

describe('workflow starts', () => {
  test('count up, past what the venue has seen', async () => {
    const epochs = [];
    for (const venueEpoch of [0, 0, 41, 3]) {
      const opened = await world.ledger.openEpoch(BTC, venueEpoch, 'w');
      if (opened.kind === 'opened') epochs.push(opened.prefix.epoch);
    }
    expect(epochs).toEqual([1, 2, 42, 43]);
  });

  test('of several processes at once get an epoch each and share one instance', async () => {
    const opened = await Promise.all(
      Array.from({ length: 6 }, () => world.ledger.openEpoch(BTC, 0, 'w')),
    );
    const prefixes = opened.flatMap((one) => (one.kind === 'opened' ? [one.prefix] : []));
    expect(prefixes.map(({ epoch }) => epoch).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(prefixes.map(({ instance }) => instance)).size).toBe(1);
    const { instance, symbolCode } = await world.ledger.identity(BTC);
    expect({ instance, symbolCode }).toEqual({
      instance: prefixes[0]?.instance,
      symbolCode: prefixes[0]?.symbolCode,
    });
    expect(instance).toMatch(/^[0-9a-z]{4}$/);
  });

  test('refuse a symbol whose code another one of the account holds', async () => {
    await world.ledger.identity(BTC);
    await world.pool.query(
      `INSERT INTO symbol_epochs (account, venue, symbol, symbol_code, epoch) VALUES ($1, $2, 'OTHER', $3, 1)`,
      [BTC.account, BTC.venue, symbolCodeOf(BTC)],
    );
    expect(await world.ledger.openEpoch(BTC, 0, 'w')).toEqual({
      kind: 'refused',
      reason: `code ${symbolCodeOf(BTC)} belongs to OTHER on binance-usdm`,
    });
  });

  test('the code of a symbol never changes', () => {
    expect(symbolCodeOf(BTC)).toBe('4tu3z');
    expect(symbolCodeOf(ETH)).not.toBe(symbolCodeOf(BTC));
  });
});
