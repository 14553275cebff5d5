import { describe, expect, test } from 'vitest';
import type { Side } from '../core/market/market.ts';
import { absQuantity } from '../core/money/arithmetic.ts';
import { quantity } from '../core/money/units.ts';
import type { MachineSettings } from '../core/orders/machine-settings.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import type { SubmitOutcome } from '../core/orders/outcomes.ts';
import { advance, initialSnapshot, stateName } from './advance.ts';
import type { SymbolSnapshot } from './advance.ts';
import type { SymbolEffect } from './symbol-effects.ts';
import type { SymbolEvent } from './symbol-events.ts';
import {
  PREFIX,
  SETTINGS,
  aCleanReport,
  aFill,
  aQuote,
  aScalpPlan,
  anEvaluation,
  barClosed,
  gridEvaluation,
  p,
  q,
  scalpEvaluation,
} from './testing/fixtures.ts';
import { trackedOrders } from './tracked-orders.ts';
import { symbolStatus } from './watch-spec.ts';

/** A tiny harness: feeds events, keeps the last snapshot and all effects. */
function aSymbol() {
  let snapshot: SymbolSnapshot = initialSnapshot();
  let effects: readonly SymbolEffect[] = [];
  let trades = 0;
  const send = (event: SymbolEvent, wallMs = 0): readonly SymbolEffect[] => {
    const next = advance(JSON.parse(JSON.stringify(snapshot)) as SymbolSnapshot, event, wallMs);
    snapshot = next.snapshot;
    effects = next.effects;
    return effects;
  };
  const placed = (): readonly OrderIntent[] =>
    effects.flatMap((e) => (e.kind === 'place' ? e.intents : []));
  const cancelled = (): readonly string[] =>
    effects.flatMap((e) => (e.kind === 'cancel' ? e.orders.map((o) => o.clientOrderId) : []));
  const order = (slot: string): OrderIntent => {
    const found = trackedOrders(snapshot.context).filter((o) => o.intent.slot === slot);
    const last = found.at(-1);
    if (last === undefined) throw new Error(`no order in ${slot}`);
    return last.intent;
  };
  const ack = (intents: readonly OrderIntent[]) =>
    send({
      type: 'placed',
      outcomes: intents.map(({ clientOrderId }): SubmitOutcome => ({
        clientOrderId,
        kind: 'acked',
        status: 'working',
        executed: q('0'),
      })),
    });
  const fill = (slot: string, traded: string, price?: string) => {
    const intent = order(slot);
    send({ type: 'fill', fill: aFill(intent, traded, `t${trades++}`, price) });
    const first = effects;
    const full = traded === intent.quantity;
    send({
      type: 'orderUpdated',
      order: {
        clientOrderId: intent.clientOrderId,
        status: full ? 'filled' : 'partiallyFilled',
        executed: q(traded),
        eventTime: 1_000,
      },
    });
    effects = [...first, ...effects];
  };
  const tradedByHand = (side: Side, traded: string) =>
    send({
      type: 'fill',
      fill: {
        ...aFill({ ...order('stop:lower'), side }, traded, `t${trades++}`, '100'),
        orderId: `hand-${trades}`,
        clientOrderId: null,
      },
    });
  const end = (slot: string, status: 'cancelled' | 'expired') =>
    send({
      type: 'orderUpdated',
      order: {
        clientOrderId: order(slot).clientOrderId,
        status,
        executed: q('0'),
        eventTime: 1_000,
      },
    });
  return {
    send,
    placed,
    cancelled,
    order,
    ack,
    fill,
    tradedByHand,
    end,
    effects: () => effects,
    state: () => stateName(snapshot.value),
    context: () => snapshot.context,
    status: () => symbolStatus(snapshot),
    slots: () =>
      trackedOrders(snapshot.context)
        .map((o) => o.intent.slot)
        .toSorted(),
  };
}

function anIdleSymbol(settings: Partial<MachineSettings> = {}) {
  const symbol = aSymbol();
  symbol.send({ type: 'epochOpened', prefix: PREFIX });
  symbol.send({
    type: 'reconciled',
    report: aCleanReport({ settings: { ...SETTINGS, ...settings } }),
  });
  return symbol;
}

function aWorkingGrid() {
  const symbol = anIdleSymbol();
  symbol.send({ type: 'market', event: barClosed() });
  symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
  symbol.ack(symbol.placed());
  symbol.ack(symbol.placed());
  return symbol;
}

function aHeldScalp() {
  const symbol = anIdleSymbol();
  symbol.send({ type: 'market', event: barClosed() });
  symbol.send({ type: 'evaluated', evaluation: scalpEvaluation() });
  symbol.ack(symbol.placed());
  symbol.fill('entry', '1');
  return symbol;
}

describe('start', () => {
  test('an epoch asks for the truth of the venue before anything else', () => {
    const symbol = aSymbol();
    expect(symbol.state()).toBe('reconciling');
    const effects = symbol.send({ type: 'epochOpened', prefix: PREFIX });
    expect(effects.map((e) => e.kind)).toContain('reconcile');
    symbol.send({ type: 'reconciled', report: aCleanReport() });
    expect(symbol.state()).toBe('standby.idle');
  });

  test('inventory without a plan is protected first, then worked out', () => {
    const symbol = aSymbol();
    symbol.send({ type: 'epochOpened', prefix: PREFIX });
    symbol.send({
      type: 'reconciled',
      report: aCleanReport({ positionQuantity: q('2'), entryPrice: p('100') }),
    });
    expect(symbol.state()).toBe('standby.workingOut');
    expect(symbol.placed().map((o) => [o.slot, o.side, o.quantity, o.triggerPrice])).toEqual([
      ['stop:extra', 'sell', '2', '96.5'],
      ['exit', 'sell', '2', null],
    ]);
  });
});

describe('reconcile after a resume', () => {
  const by = { reason: 'r', by: 'b' };
  const halt = { type: 'halt', haltId: 'h', level: 'HALT', ...by, wallMs: 0 } as const;
  const resume = { type: 'resume', haltId: 'h', ...by } as const;

  test('waits until none of our own requests is on its way', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    const stops = symbol.placed();
    symbol.send(halt);
    expect(symbol.send(resume).map((e) => e.kind)).not.toContain('reconcile');
    expect(symbol.ack(stops).map((e) => e.kind)).toContain('reconcile');
  });

  test('counts no fill again that came first without its id', () => {
    const symbol = aWorkingGrid();
    const stop = aFill(symbol.order('stop:lower'), '1', 't');
    symbol.send({ type: 'fill', fill: { ...stop, clientOrderId: null } });
    symbol.send(halt);
    symbol.send(resume);
    symbol.send({ type: 'reconciled', report: aCleanReport({ positionQuantity: q('-1') }) });
    symbol.send({ type: 'fill', fill: stop });
    expect(symbol.context().position.quantity).toBe('-1');
  });

  test('is asked again when an order was placed meanwhile', () => {
    const symbol = aWorkingGrid();
    symbol.send(halt);
    symbol.send(resume);
    symbol.send(halt);
    symbol.fill('L-1:entry', '1');
    symbol.end('stop:lower', 'cancelled');
    expect(symbol.placed().map((o) => o.slot)).toEqual(['stop:extra']);
    symbol.send({ type: 'reconciled', report: aCleanReport() });
    expect(symbol.order('stop:extra').quantity).toBe('1');
  });
});

describe('ranging grid', () => {
  test('both stops are acknowledged before the first level is sent', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    expect(symbol.placed().map((o) => o.slot)).toEqual(['stop:lower', 'stop:upper']);
    symbol.ack(symbol.placed());
    expect(symbol.placed().map((o) => o.slot)).toEqual(['L-1:entry', 'L1:entry']);
    symbol.ack(symbol.placed());
    expect(symbol.state()).toBe('rangingGrid.working');
  });

  test('a filled level places its counter-order, and is armed again when that fills', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    expect(symbol.placed().map((o) => [o.slot, o.side, o.price])).toEqual([
      ['L-1:counter', 'sell', '99.5'],
    ]);
    symbol.ack(symbol.placed());
    symbol.fill('L-1:counter', '1');
    expect(symbol.placed().map((o) => o.slot)).toEqual(['L-1:entry']);
    expect(symbol.context().gridProfit).toBe('0.5');
  });

  test('a breakout cancels levels, then works out the inventory, stops last', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    symbol.send({
      type: 'market',
      event: { kind: 'breakout', time: 2_000, quote: barClosed(2_000).quote, direction: 'down' },
    });
    expect(symbol.state()).toBe('rangingGrid.unwinding');
    expect(symbol.cancelled()).toHaveLength(2);
    expect(symbol.placed()).toEqual([]);
    symbol.end('L1:entry', 'cancelled');
    symbol.end('L-1:counter', 'cancelled');
    expect(symbol.placed().map((o) => [o.slot, o.side, o.reduceOnly, o.kind])).toEqual([
      ['exit', 'sell', true, 'limit'],
    ]);
    symbol.ack(symbol.placed());
    symbol.fill('exit', '1', '99');
    expect(symbol.cancelled()).toContain(symbol.order('stop:lower').clientOrderId);
    symbol.end('stop:upper', 'cancelled');
    symbol.end('stop:lower', 'cancelled');
    expect(symbol.state()).toBe('standby.idle');
  });

  test('a stop that expires while levels stand is placed again', () => {
    const symbol = aWorkingGrid();
    symbol.end('stop:upper', 'expired');
    expect(symbol.placed().map((o) => o.slot)).toEqual(['stop:upper']);
  });

  test.each([
    { by: 'a purchase by hand', side: 'buy', stop: ['sell', '2', '96.5'] },
    { by: 'a sale by hand', side: 'sell', stop: ['buy', '2', '103.5'] },
  ] as const)('$by gets a stop for what the levels may add to it', ({ side, stop }) => {
    const symbol = aWorkingGrid();
    symbol.tradedByHand(side, '2');
    expect(
      symbol.placed().map((o) => [o.slot, o.side, o.quantity, o.triggerPrice, o.reduceOnly]),
    ).toEqual([['stop:extra', ...stop, true]]);
    symbol.ack(symbol.placed());
    expect(symbol.placed()).toEqual([]);
    symbol.fill(side === 'buy' ? 'L-1:entry' : 'L1:entry', '1');
    const worst = quantity(symbol.context().position.quantity);
    const stops = trackedOrders(symbol.context())
      .filter((o) => o.intent.role === 'stop' && o.intent.side === stop[0])
      .reduce((sum, o) => sum + quantity(o.intent.quantity), 0n);
    expect(stops).toBe(absQuantity(worst));
  });

  test('inventory that a liquidation took leaves its counter-order covered', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    symbol.tradedByHand('sell', '1');
    expect(symbol.context().position.quantity).toBe('0');
    expect(symbol.placed().map((o) => [o.slot, o.side, o.quantity])).toEqual([
      ['stop:extra', 'buy', '1'],
    ]);
  });

  test('no level is sent before the stop for a trade by hand stands; it goes with that trade', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    symbol.tradedByHand('buy', '2');
    const extra = symbol.placed();
    symbol.fill('L-1:counter', '1');
    expect(symbol.placed()).toEqual([]);
    symbol.ack(extra);
    expect(symbol.placed().map((o) => o.slot)).toEqual(['L-1:entry']);
    symbol.tradedByHand('sell', '2');
    expect(symbol.cancelled()).toEqual([symbol.order('stop:extra').clientOrderId]);
  });

  test('the stop for a trade by hand stays while a level of a grid that is left may still trade', () => {
    const symbol = aWorkingGrid();
    symbol.tradedByHand('buy', '1');
    symbol.ack(symbol.placed());
    const extra = symbol.order('stop:extra').clientOrderId;
    const breakout = { kind: 'breakout', direction: 'down' } as const;
    symbol.send({ type: 'market', event: { time: 1_000, quote: aQuote(), ...breakout } });
    expect(symbol.state()).toBe('rangingGrid.unwinding');
    const levels = ['L-1:entry', 'L1:entry'].map((slot) => symbol.order(slot).clientOrderId);
    expect(symbol.cancelled()).toEqual(levels);
    symbol.fill('L-1:entry', '1');
    expect(symbol.cancelled()).not.toContain(extra);
    expect(symbol.slots().filter((slot) => slot.startsWith('stop'))).toEqual([
      'stop:extra',
      'stop:lower',
      'stop:upper',
    ]);
  });

  test('a second stop that turned up stays until what is to follow it stands', () => {
    const symbol = aWorkingGrid();
    const lower = symbol.order('stop:lower').clientOrderId;
    const late = { clientOrderId: lower, kind: 'notFound', message: '' } as const;
    symbol.send({ type: 'cancelled', outcomes: [late] });
    const [second] = symbol.placed();
    symbol.ack(second === undefined ? [] : [second]);
    symbol.tradedByHand('buy', '1');
    const extra = symbol.placed();
    expect(extra).toMatchObject([{ slot: 'stop:extra' }]);
    const found = { clientOrderId: lower, kind: 'found', status: 'working' } as const;
    symbol.send({ type: 'resolved', outcomes: [{ ...found, executed: q('0'), price: null }] });
    expect(symbol.cancelled()).toEqual([]);
    symbol.ack(extra);
    expect(symbol.cancelled()).toEqual([lower]);
  });

  test('a stop of unknown outcome is no protection: another is placed and the first is asked', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    const [lower] = symbol.placed();
    const effects = symbol.send({
      type: 'placed',
      outcomes: [{ clientOrderId: lower!.clientOrderId, kind: 'unknown', message: 'timeout' }],
    });
    expect(effects.map((e) => e.kind)).toContain('resolve');
    expect(symbol.placed().map((o) => o.slot)).toEqual(['stop:lower']);
    expect(symbol.placed()[0]!.clientOrderId).not.toBe(lower!.clientOrderId);
  });

  test('a level that trades while the grid is reset is worked out', () => {
    const symbol = aWorkingGrid();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    expect(symbol.state()).toBe('rangingGrid.resetting');
    symbol.fill('L-1:entry', '1');
    expect(symbol.state()).toBe('rangingGrid.unwinding');
    symbol.end('L1:entry', 'cancelled');
    expect(symbol.placed().map((o) => [o.slot, o.side, o.reduceOnly])).toEqual([
      ['exit', 'sell', true],
    ]);
  });

  test('data that another feed brings is fresh, though it never says so', () => {
    const symbol = anIdleSymbol();
    const stale = { kind: 'dataStale', time: 1_000, quote: aQuote(), ageMs: 30_000 } as const;
    symbol.send({ type: 'market', event: stale });
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    symbol.ack(symbol.placed());
    expect(symbol.placed().map((o) => o.slot)).toEqual(['L-1:entry', 'L1:entry']);
  });

  test('what the watcher says of a plan that is gone keeps the next one from nothing', () => {
    const symbol = anIdleSymbol();
    const at = { time: 1_000, quote: aQuote() };
    symbol.send({ type: 'market', event: { ...at, kind: 'breakout', direction: 'down' } });
    symbol.send({ type: 'market', event: { ...at, kind: 'deadline', id: 'hold' } });
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    expect(symbol.state()).toBe('rangingGrid.placing');
  });

  test('an execution whose fill stays away is asked about', () => {
    const symbol = aWorkingGrid();
    const { clientOrderId } = symbol.order('L-1:entry');
    const order = { clientOrderId, status: 'filled', executed: q('1'), eventTime: 1_000 } as const;
    const armed = symbol.send({ type: 'orderUpdated', order });
    expect(armed).toContainEqual({ kind: 'armDeadline', id: 'retry', at: 1_000 });
    const asked = symbol.send({ type: 'deadline', id: 'retry' });
    expect(asked.flatMap((e) => (e.kind === 'resolve' ? e.clientOrderIds : []))).toEqual([
      clientOrderId,
    ]);
    const found = {
      clientOrderId,
      kind: 'found',
      status: 'filled',
      executed: q('1'),
      price: null,
    } as const;
    symbol.send({ type: 'resolved', outcomes: [found] });
    symbol.fill('L-1:entry', '1');
    expect(symbol.send({ type: 'deadline', id: 'retry' })).toEqual([]);
  });

  test('an order that was proved absent and shows after all is tracked, and taken off', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    symbol.ack(symbol.placed());
    const { clientOrderId } = symbol.order('L-1:entry');
    const unknown = { clientOrderId, kind: 'unknown', message: 'timeout' } as const;
    symbol.send({ type: 'placed', outcomes: [unknown] });
    symbol.send({ type: 'resolved', outcomes: [{ clientOrderId, kind: 'absent' }] });
    const order = { clientOrderId, status: 'working', executed: q('0'), eventTime: 1 } as const;
    symbol.send({ type: 'orderUpdated', order });
    expect(symbol.cancelled()).toContain(clientOrderId);
    expect(symbol.context().level).toBe('REDUCING');
    symbol.fill('L-1:entry', '1');
    expect(symbol.context().position.quantity).toBe('1');
  });

  test('PAUSE cancels entries, keeps stops and counters, arms nothing again', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    symbol.send({ type: 'level', level: 'PAUSE', reason: 'test', by: 'test' });
    expect(symbol.cancelled()).toEqual([symbol.order('L1:entry').clientOrderId]);
    symbol.end('L1:entry', 'cancelled');
    symbol.fill('L-1:counter', '1');
    expect(symbol.placed()).toEqual([]);
    expect(symbol.state()).toBe('rangingGrid.working');
  });
});

describe('a symbol that is restrained', () => {
  const at = { time: 1_000, quote: aQuote() };
  const moved: SymbolEvent = {
    type: 'market',
    event: { ...at, kind: 'priceMoved', rangePct: 11 },
  };
  const calm: SymbolEvent = { type: 'market', event: { ...at, kind: 'priceCalm' } };

  test('only reduces while the price runs, and goes on by itself (P4c)', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    symbol.send(moved);
    expect(symbol.cancelled()).toEqual([symbol.order('L1:entry').clientOrderId]);
    expect(symbol.status()).toMatchObject({
      level: 'REDUCING',
      restraints: ['PRICE_MOVED_TOO_FAST'],
    });
    symbol.end('L1:entry', 'cancelled');
    expect(symbol.slots()).toEqual(['L-1:counter', 'stop:lower', 'stop:upper']);
    symbol.fill('L-1:counter', '1');
    expect(symbol.placed()).toEqual([]);
    symbol.send(calm);
    expect(symbol.placed().map((o) => o.slot)).toEqual(['L-1:entry', 'L1:entry']);
    expect(symbol.status()).toMatchObject({ level: 'ACTIVE', restraints: [] });
  });

  test('sends counter-orders reduce-only', () => {
    const symbol = aWorkingGrid();
    symbol.send(moved);
    symbol.fill('L-1:entry', '1');
    expect(symbol.placed()).toMatchObject([{ slot: 'L-1:counter', reduceOnly: true }]);
  });

  test('a level that a person set outlasts the cause', () => {
    const symbol = aWorkingGrid();
    symbol.send(moved);
    symbol.send({ type: 'level', level: 'REDUCING', reason: 'test', by: 'test' });
    symbol.send(calm);
    expect(symbol.status()).toMatchObject({ level: 'REDUCING', restraints: [] });
    expect(symbol.placed()).toEqual([]);
  });

  /** The answer to a request that placed a level never came. */
  function anUnknownLevel() {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    symbol.ack(symbol.placed());
    const [first, second] = symbol.placed();
    if (first === undefined || second === undefined) throw new Error('two levels are placed');
    symbol.ack([first]);
    const unknown = (clientOrderId: string, kind: 'unknown') => ({
      clientOrderId,
      kind,
      message: 'no reply',
    });
    const outcomes = [unknown(second.clientOrderId, 'unknown')];
    const effects = symbol.send({ type: 'placed', outcomes }, 5_000);
    return { symbol, first, second, effects };
  }

  test('an outcome that stays unknown for the grace takes the entries off (P25)', () => {
    const { symbol, first, second, effects } = anUnknownLevel();
    expect(effects).toContainEqual({ kind: 'armDeadline', id: 'unknown', at: 65_000 });
    symbol.send({ type: 'deadline', id: 'unknown' }, 64_999);
    expect(symbol.cancelled()).toEqual([]);
    expect(symbol.effects()).toContainEqual({ kind: 'armDeadline', id: 'unknown', at: 65_000 });
    symbol.send({ type: 'deadline', id: 'unknown' }, 65_000);
    expect(symbol.cancelled()).toEqual([first.clientOrderId]);
    expect(symbol.status()).toMatchObject({
      level: 'REDUCING',
      restraints: ['ORDER_UNKNOWN_TOO_LONG'],
    });
    const found = {
      clientOrderId: second.clientOrderId,
      kind: 'found',
      status: 'working',
    } as const;
    symbol.send(
      { type: 'resolved', outcomes: [{ ...found, executed: q('0'), price: null }] },
      70_000,
    );
    expect(symbol.status()).toMatchObject({ level: 'ACTIVE', restraints: [] });
  });

  test('one that is known in between counts from nought again', () => {
    const { symbol, second } = anUnknownLevel();
    const { clientOrderId } = second;
    const found = {
      clientOrderId,
      kind: 'found',
      status: 'working',
      executed: q('0'),
      price: null,
    } as const;
    symbol.send({ type: 'resolved', outcomes: [found] }, 60_000);
    symbol.send(
      { type: 'cancelled', outcomes: [{ clientOrderId, kind: 'notFound', message: '' }] },
      61_000,
    );
    symbol.send({ type: 'deadline', id: 'unknown' }, 65_000);
    expect(symbol.status()).toMatchObject({ level: 'ACTIVE', restraints: [] });
    symbol.send({ type: 'deadline', id: 'unknown' }, 121_000);
    expect(symbol.status()).toMatchObject({ level: 'REDUCING' });
  });
});

describe('the passive exit', () => {
  /** A grid that broke out with a level filled: what it holds is worked out at the touch. */
  function anExit(settings: Partial<MachineSettings> = {}) {
    const symbol = anIdleSymbol(settings);
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    symbol.ack(symbol.placed());
    symbol.ack(symbol.placed());
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    const breakout = { kind: 'breakout', direction: 'down' } as const;
    symbol.send({ type: 'market', event: { time: 1_000, quote: aQuote(), ...breakout } });
    symbol.end('L1:entry', 'cancelled');
    symbol.end('L-1:counter', 'cancelled');
    const [exit] = symbol.placed();
    if (exit?.slot !== 'exit') throw new Error('the exit is placed');
    symbol.ack([exit]);
    return { symbol, exit };
  }
  const touch = (ask: string): SymbolEvent => ({
    type: 'market',
    event: { time: 1_000, quote: { ...aQuote(), ask: p(ask) }, kind: 'touchMoved' },
  });
  const isWhole = { status: 'working', executed: q('0') } as const;

  test('follows the touch by an amend, one at a time', () => {
    const { symbol, exit } = anExit();
    const { clientOrderId, side, quantity } = exit;
    symbol.send(touch('99.8'));
    expect(symbol.effects()).toMatchObject([
      { kind: 'amend', orders: [{ clientOrderId, side, quantity, price: '99.8' }] },
    ]);
    symbol.send(touch('99.7'));
    expect(symbol.effects()).toEqual([]);
    const found = { clientOrderId, kind: 'found', ...isWhole, price: p('99.8') } as const;
    symbol.send({ type: 'resolved', outcomes: [found] });
    expect(symbol.order('exit').price).toBe('99.8');
    expect(symbol.effects()).toMatchObject([{ kind: 'amend', orders: [{ price: '99.7' }] }]);
  });

  test('is asked until its price is known when no answer came', () => {
    const { symbol, exit } = anExit();
    const { clientOrderId } = exit;
    symbol.send(touch('99.8'));
    symbol.send({ type: 'resolved', outcomes: [{ clientOrderId, kind: 'pending', message: '' }] });
    symbol.send(touch('99.7'));
    expect(symbol.effects()).toEqual([]);
    symbol.send({ type: 'deadline', id: 'retry' });
    const asked = symbol.effects().flatMap((e) => (e.kind === 'resolve' ? e.clientOrderIds : []));
    expect(asked).toContain(clientOrderId);
  });

  test('goes at market when its time is over, also while it is being amended', () => {
    const { symbol, exit } = anExit();
    symbol.send(touch('99.8'));
    const time = symbol.context().workOutMarketAt ?? 0;
    symbol.send({
      type: 'market',
      event: { time, quote: aQuote(time), kind: 'deadline', id: 'unwind' },
    });
    expect(symbol.cancelled()).toEqual([exit.clientOrderId]);
  });

  test('is cancelled first where the venue cannot amend, or the rest is not what is left', () => {
    const { symbol, exit } = anExit({ amendsInPlace: false });
    symbol.send(touch('99.8'));
    expect(symbol.cancelled()).toEqual([exit.clientOrderId]);
    const other = anExit();
    other.symbol.tradedByHand('sell', '0.5');
    expect(other.symbol.cancelled()).toEqual([other.exit.clientOrderId]);
  });
});

describe('stale prices', () => {
  const at = { time: 1_000, quote: aQuote() };
  const stale: SymbolEvent = {
    type: 'market',
    event: { ...at, kind: 'dataStale', ageMs: 30_000 },
  };
  const fresh: SymbolEvent = { type: 'market', event: { ...at, kind: 'dataFresh' } };

  test('take the entries off, leave stops and counters, and let entries stand again when fresh', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    symbol.send(stale);
    expect(symbol.cancelled()).toEqual([symbol.order('L1:entry').clientOrderId]);
    symbol.end('L1:entry', 'cancelled');
    expect(symbol.placed()).toEqual([]);
    expect(symbol.slots()).toEqual(['L-1:counter', 'stop:lower', 'stop:upper']);
    symbol.send(fresh);
    expect(symbol.placed().map((o) => o.slot)).toEqual(['L1:entry']);
  });

  test('keep the working exit', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.send({ type: 'market', event: { ...at, kind: 'breakout', direction: 'down' } });
    for (const slot of ['L1:entry', 'L-1:counter']) symbol.end(slot, 'cancelled');
    expect(symbol.placed().map((o) => o.slot)).toEqual(['exit']);
    symbol.ack(symbol.placed());
    symbol.send(stale);
    expect(symbol.cancelled()).toEqual([]);
  });

  test('end a scalp that has not asked for its entry', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: scalpEvaluation() });
    const [stop] = symbol.placed();
    symbol.send(stale);
    symbol.ack([stop!]);
    expect(symbol.placed()).toEqual([]);
    expect(symbol.state()).toBe('trendingScalp.exiting');
  });

  test('take no plan: it was made of prices that are gone', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send(stale);
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    expect(symbol.state()).toBe('standby.idle');
    expect(symbol.placed()).toEqual([]);
  });

  test('are told to a person, more urgently from a minute on', () => {
    const symbol = anIdleSymbol();
    const said = (ageMs: number) =>
      symbol
        .send({ type: 'market', event: { ...at, kind: 'dataStale', ageMs } })
        .flatMap((e) => (e.kind === 'record' ? e.entries : []))
        .map((entry) => (entry.kind === 'riskEvent' ? [entry.code, entry.severity] : []));
    expect(said(30_000)).toEqual([['DATA_STALE', 'warning']]);
    expect(said(60_000)).toEqual([['DATA_STALE', 'critical']]);
  });
});

describe('trending scalp', () => {
  test('the stop is live before the entry is sent', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: scalpEvaluation() });
    expect(symbol.placed().map((o) => o.slot)).toEqual(['stop:scalp']);
    symbol.ack(symbol.placed());
    expect(symbol.placed().map((o) => [o.slot, o.timeInForce])).toEqual([['entry', 'IOC']]);
  });

  test('a filled entry is held with stop and reduce-only target', () => {
    const symbol = aHeldScalp();
    expect(symbol.state()).toBe('trendingScalp.holding');
    expect(symbol.placed().map((o) => [o.slot, o.reduceOnly, o.price])).toEqual([
      ['target', true, '100.6'],
    ]);
  });

  test('trailing places the new stop before the old one goes', () => {
    const symbol = aHeldScalp();
    symbol.ack([symbol.order('target')]);
    const old = symbol.order('stop:scalp').clientOrderId;
    symbol.send({
      type: 'market',
      event: { kind: 'trail', time: 2_000, quote: barClosed(2_000).quote, stopPrice: p('100') },
    });
    expect(symbol.placed().map((o) => [o.slot, o.triggerPrice])).toEqual([['stop:scalp', '100']]);
    expect(symbol.cancelled()).toEqual([]);
    symbol.ack(symbol.placed());
    expect(symbol.cancelled()).toEqual([old]);
  });

  test('an entry that did not fill leaves nothing behind', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send({ type: 'evaluated', evaluation: scalpEvaluation() });
    symbol.ack(symbol.placed());
    symbol.end('entry', 'expired');
    expect(symbol.state()).toBe('trendingScalp.exiting');
    symbol.end('stop:scalp', 'cancelled');
    expect(symbol.state()).toBe('trendingScalp.cooldown');
  });

  test('the time limit closes at market after the target is cancelled', () => {
    const symbol = aHeldScalp();
    symbol.ack([symbol.order('target')]);
    symbol.send({
      type: 'market',
      event: {
        kind: 'deadline',
        time: aScalpPlan().holdUntil,
        quote: barClosed().quote,
        id: 'hold',
      },
    });
    expect(symbol.cancelled()).toEqual([symbol.order('target').clientOrderId]);
    symbol.end('target', 'cancelled');
    expect(symbol.placed().map((o) => [o.slot, o.kind])).toEqual([['exit', 'market']]);
  });
});

describe('halt', () => {
  const halt: SymbolEvent = {
    type: 'halt',
    haltId: 'h1',
    level: 'HALT',
    reason: 'test',
    by: 'test',
    wallMs: 0,
  };

  test('cancels every ordinary order and keeps protection while there is inventory', () => {
    const symbol = aWorkingGrid();
    symbol.fill('L-1:entry', '1');
    symbol.ack(symbol.placed());
    const lower = symbol.order('stop:lower').clientOrderId;
    symbol.send(halt);
    expect(symbol.state()).toBe('halted');
    expect(symbol.cancelled()).not.toContain(lower);
    expect(symbol.cancelled()).toContain(symbol.order('L1:entry').clientOrderId);
    expect(symbol.cancelled()).toContain(symbol.order('L-1:counter').clientOrderId);
  });

  test('only a resume that names the halt leaves it, through reconciling', () => {
    const symbol = aWorkingGrid();
    symbol.send(halt);
    symbol.send({ type: 'resume', haltId: 'other', reason: 'x', by: 'y' });
    expect(symbol.state()).toBe('halted');
    const effects = symbol.send({ type: 'resume', haltId: 'h1', reason: 'x', by: 'y' });
    expect(symbol.state()).toBe('reconciling');
    expect(effects.map((e) => e.kind)).toContain('reconcile');
  });

  test('an evaluation that comes after a halt trades nothing', () => {
    const symbol = anIdleSymbol();
    symbol.send({ type: 'market', event: barClosed() });
    symbol.send(halt);
    symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
    expect(symbol.placed()).toEqual([]);
  });
});

test('stop works the position out and completes', () => {
  const symbol = aWorkingGrid();
  symbol.send({ type: 'stop', flatten: false, reason: 'done', by: 'test' });
  expect(symbol.state()).toBe('rangingGrid.unwinding');
  for (const slot of ['L-1:entry', 'L1:entry', 'stop:lower', 'stop:upper']) {
    symbol.end(slot, 'cancelled');
  }
  expect(symbol.state()).toBe('stopped');
});

test('a stop ends nothing before the venue has said what stands there', () => {
  const symbol = aSymbol();
  symbol.send({ type: 'epochOpened', prefix: PREFIX });
  symbol.send({ type: 'stop', flatten: false, reason: 'done', by: 'test' });
  const level = 'HALT' as const;
  symbol.send({ type: 'halt', haltId: 'h1', level, reason: 'r', by: 'test', wallMs: 0 });
  expect(symbol.state()).toBe('halted');
  const position = { positionQuantity: q('2'), entryPrice: p('100') };
  symbol.send({ type: 'reconciled', report: aCleanReport(position) });
  expect(symbol.state()).toBe('halted');
  expect(symbol.placed().map((o) => [o.role, o.side, o.quantity])).toEqual([['stop', 'sell', '2']]);
});

test('an evaluation that nobody waits for offers nothing', () => {
  const symbol = anIdleSymbol();
  symbol.send({ type: 'evaluated', evaluation: gridEvaluation() });
  expect(symbol.state()).toBe('standby.idle');
});

test('an event that changes nothing is reported as ignored', () => {
  const snapshot = initialSnapshot();
  const event: SymbolEvent = { type: 'resume', haltId: null, reason: 'x', by: 'y' };
  expect(advance(snapshot, event, 0).ignored).toBe(true);
  expect(anEvaluation({}).gridPlan).toBeNull();
});
