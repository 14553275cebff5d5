import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SymbolStatus } from '../../core/market/watch.ts';
import type { RecordEntry } from '../../core/orders/records.ts';
import { BTC, ETH, NOW, openSymbol, startLedger } from '../support/ledger.ts';
import type { LedgerWorld } from '../support/ledger.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await startLedger();
  await openSymbol(world.ledger, BTC);
});
afterAll(() => world.stop());

const rows = async (text: string) => (await world.pool.query(text)).rows as unknown[];

describe('status', () => {
  const status = (epoch: number, state: string): SymbolStatus => ({
    epoch,
    state,
    level: 'ACTIVE',
    haltReason: null,
    regime: null,
    strategy: 'standby',
    decisionCode: null,
    decisionReason: null,
    positionQuantity: '0',
    entryPrice: null,
    openOrders: 0,
    protectiveStops: [],
    gridProfit: '0',
    unknownOrders: 0,
    restraints: [],
    marketTime: NOW,
  });
  const stored = () => rows('SELECT state, watch_seq::int FROM symbol_status');

  test.each([
    [1, 5, 'standby', 'standby'],
    [1, 7, 'halted', 'halted'],
    [1, 6, 'standby', 'halted'],
    [1, 7, 'reconciling', 'reconciling'],
    [2, 1, 'standby', 'standby'],
    [1, 99, 'halted', 'standby'],
  ])('epoch %d, watch %d says %s: the row says %s', async (epoch, watchSeq, state, expected) => {
    await world.journal.writeStatus(BTC, watchSeq, status(epoch, state));
    expect(await stored()).toMatchObject([{ state: expected }]);
  });

  test('the last one of a workflow that completes comes through the records', async () => {
    const entry: RecordEntry = { kind: 'status', watchSeq: 3, status: status(2, 'stopped') };
    await world.journal.record(BTC, [entry]);
    expect(await stored()).toEqual([{ state: 'stopped', watch_seq: 3 }]);
  });
});

test('what is recorded again changes nothing', async () => {
  const entries: RecordEntry[] = [
    {
      kind: 'strategySwitch',
      key: '1-1',
      from: 'standby',
      to: 'rangingGrid',
      reason: 'ranging',
      regime: 'ranging',
      handover: 'nothing to hand over',
      eventTime: NOW,
    },
    {
      kind: 'riskEvent',
      key: '1-2',
      code: 'DATA_STALE',
      severity: 'warning',
      detail: { ageMs: 12_000 },
      eventTime: NOW,
    },
  ];
  await world.journal.record(BTC, entries);
  await world.journal.record(BTC, entries);
  await world.journal.record(ETH, entries.slice(0, 1));
  expect(
    await rows('SELECT symbol, from_state, to_state FROM strategy_switches ORDER BY symbol'),
  ).toEqual([
    { symbol: 'BTCUSDT', from_state: 'standby', to_state: 'rangingGrid' },
    { symbol: 'ETHUSDT', from_state: 'standby', to_state: 'rangingGrid' },
  ]);
  expect(await rows('SELECT code, detail FROM risk_events')).toEqual([
    { code: 'DATA_STALE', detail: { ageMs: 12_000 } },
  ]);
});

test('a decision is kept as it was first written, inputs and outputs included', async () => {
  const decision = {
    decisionId: 'd-1',
    epoch: 1,
    trigger: 'barClosed',
    strategy: 'standby',
    regime: 'undecided',
    code: 'REGIME_UNDECIDED',
    reason: 'too few bars',
    inputs: { bars: 3 },
    outputs: undefined,
    eventTime: NOW,
  };
  await world.journal.recordDecision(BTC, decision);
  await world.journal.recordDecision(BTC, { ...decision, code: 'OTHER' });
  expect(await rows('SELECT code, inputs, outputs, event_time FROM decisions')).toEqual([
    { code: 'REGIME_UNDECIDED', inputs: { bars: 3 }, outputs: null, event_time: new Date(NOW) },
  ]);
});
