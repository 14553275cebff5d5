import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assert } from '../assert.ts';
import type { Side } from '../market/market.ts';
import { divide, formatDecimal } from '../money/decimal-text.ts';
import { money } from '../money/units.ts';
import { apply } from './apply.ts';
import type { Command } from './commands.ts';
import { account, allOrders, incomes, openAlgos, openOrders } from './queries.ts';
import { positions, trades } from './queries.ts';
import { CONFIG, conditional, deposit, market, order } from './scenario.ts';
import { exportState, importState } from './snapshot.ts';
import { createMatching } from './state.ts';
import type { MatchingState } from './state.ts';
import type { MatchingEvent, OrderView, PositionView } from './types.ts';

const ACCOUNTS = ['a', 'b', 'poor'] as const;

const accountId = fc.constantFrom(...ACCOUNTS);
/** ETHUSDT trades at the same prices here, so that crossed margin spans two symbols. */
const symbol = fc.constantFrom('BTCUSDT', 'BTCUSDT', 'ETHUSDT');
const side = fc.constantFrom('buy' as const, 'sell' as const);
const size = fc.integer({ min: 1, max: 400 }).map((n) => formatDecimal(BigInt(n) * 10n ** 9n));
/** Ticks of 0.1 around 60,000: close enough for fills, wide enough for stops and liquidations. */
const priceAround = (ticks: number) =>
  fc
    .integer({ min: 600_000 - ticks, max: 600_000 + ticks })
    .map((n) => formatDecimal(BigInt(n) * 10n ** 11n));

const step = fc
  .record({
    last: priceAround(20_000),
    gap: fc.integer({ min: 1, max: 3_000 }),
    printed: size,
    shown: fc.oneof(size, fc.constant('0')),
    mark: priceAround(60_000),
    takerSide: side,
    symbol,
    isCalm: fc.boolean(),
  })
  .map(({ last, gap, mark, isCalm, ...rest }) =>
    market(last, {
      ...rest,
      bid: last,
      ask: formatDecimal(money(last) + BigInt(gap) * 10n ** 11n),
      mark: isCalm ? last : mark,
    }),
  );

const place = fc
  .record({
    side,
    accountId,
    symbol,
    size,
    price: fc.option(priceAround(10_000)),
    timeInForce: fc.constantFrom('GTC' as const, 'IOC' as const, 'FOK' as const, 'GTX' as const),
    reduceOnly: fc.boolean(),
    selfTradePrevention: fc.constantFrom(
      'NONE' as const,
      'EXPIRE_TAKER' as const,
      'EXPIRE_MAKER' as const,
      'EXPIRE_BOTH' as const,
    ),
    newClientOrderId: fc.constantFrom('x', 'y', undefined),
  })
  .map(({ side, size, price, newClientOrderId, ...rest }) =>
    order(side, price === null ? size : `${size}@${price}`, {
      ...rest,
      ...(newClientOrderId === undefined ? {} : { newClientOrderId }),
    }),
  );

const placeConditional = fc
  .record({
    side,
    accountId,
    symbol,
    quantity: size,
    triggerPrice: priceAround(10_000),
    price: priceAround(10_000),
    reduceOnly: fc.boolean(),
    orderType: fc.constantFrom(
      'STOP_MARKET' as const,
      'STOP' as const,
      'TAKE_PROFIT_MARKET' as const,
      'TAKE_PROFIT' as const,
      'TRAILING_STOP_MARKET' as const,
    ),
    closes: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  })
  .map(({ side, closes, quantity, reduceOnly, ...rest }) =>
    conditional(side, {
      ...rest,
      callbackRatePct: '0.5',
      ...(closes ? { closePosition: true } : { quantity, reduceOnly }),
    }),
  );

const key = fc.record({ time: fc.constant(3_000), accountId, symbol });
const orderKey = fc.oneof(
  fc.record({ orderId: fc.integer({ min: 1, max: 10 }) }),
  fc.record({ origClientOrderId: fc.constantFrom('x', 'y') }),
);
const amend = fc
  .record({ key, orderKey, quantity: size, price: priceAround(10_000) })
  .map(({ key, orderKey, ...rest }): Command => ({ type: 'amend', ...key, ...orderKey, ...rest }));
const cancel = fc
  .record({ key, orderKey })
  .map(({ key, orderKey }): Command => ({ type: 'cancel', ...key, ...orderKey }));
const cancelAll = key.map((at): Command => ({ type: 'cancelAll', ...at }));
const setLeverage = fc
  .record({ key, leverage: fc.integer({ min: 1, max: 50 }) })
  .map(({ key, leverage }): Command => ({ type: 'setLeverage', ...key, leverage }));
const setMarginType = fc
  .record({ key, marginType: fc.constantFrom('ISOLATED' as const, 'CROSSED' as const) })
  .map(({ key, marginType }): Command => ({ type: 'setMarginType', ...key, marginType }));
const funding = fc
  .record({ symbol, rate: fc.constantFrom('0.0001', '-0.02', '0.00033333') })
  .map((settled): Command => ({ type: 'funding', time: 3_000, ...settled }));

const incident = fc
  .record({ key, orderKey, quantity: size })
  .chain(({ key, orderKey, quantity }) =>
    fc.constantFrom<Command[]>(
      { type: 'fillOrder', ...key, ...orderKey, quantity },
      { type: 'fillOrder', ...key, ...orderKey },
      { type: 'triggerConditional', ...key, algoId: 1 },
      { type: 'liquidate', ...key },
      { type: 'deleverage', ...key, quantity },
      { type: 'countdownElapsed', ...key, conditional: true },
      { type: 'setFees', ...key, makerFeeBps: -1, takerFeeBps: 3 },
    ),
  );
const listing = fc.constantFrom<Command[]>(
  { type: 'setStatus', time: 3_000, symbol: 'BTCUSDT', status: 'BREAK' },
  { type: 'setStatus', time: 3_000, symbol: 'BTCUSDT', status: 'TRADING' },
  { type: 'setStatus', time: 3_000, symbol: 'BTCUSDT', status: 'TRADING' },
  ...CONFIG.instruments.map((instrument): Command => ({
    type: 'setRules',
    time: 3_000,
    instrument: { ...instrument, tickSize: '1' as never, quantityStep: '0.005' as never },
  })),
);

const commands = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: step },
    { weight: 8, arbitrary: place },
    { weight: 3, arbitrary: placeConditional },
    { weight: 2, arbitrary: amend },
    { weight: 1, arbitrary: cancel },
    { weight: 1, arbitrary: cancelAll },
    { weight: 1, arbitrary: setLeverage },
    { weight: 1, arbitrary: setMarginType },
    { weight: 1, arbitrary: funding },
    { weight: 2, arbitrary: incident },
    { weight: 1, arbitrary: listing },
  ),
  { maxLength: 60, size: 'max' },
);

function freshVenue(): MatchingState {
  const state = createMatching({ ...CONFIG, participationPct: 50 });
  for (const id of ACCOUNTS) apply(state, deposit(id, id === 'poor' ? '700' : '10000'));
  apply(state, market('60000'));
  apply(state, market('60000', { symbol: 'ETHUSDT' }));
  return state;
}

const sum = (values: readonly bigint[]): bigint =>
  values.reduce((total, value) => total + value, 0n);

/** What the account is worth by its trades and incomes alone, at the mark. */
function worthByFlows(state: MatchingState, id: string): bigint {
  const flows = trades(state, id, {}).map((trade) => {
    const paid = trade.side === 'buy' ? -money(trade.quoteQty) : money(trade.quoteQty);
    return paid - money(trade.fee);
  });
  const moved = incomes(state, id, {}).map((income) => money(income.income));
  const held = positions(state, id).map((position) => money(position.notional));
  return sum(flows) + sum(moved) + sum(held);
}

function quantityByTrades(state: MatchingState, id: string, symbol: string): bigint {
  return sum(
    trades(state, id, { symbol }).map((trade) =>
      trade.side === 'buy' ? money(trade.quantity) : -money(trade.quantity),
    ),
  );
}

/** What is wrong with a state; nothing is what we want. */
function faultsOf(state: MatchingState): string[] {
  const queues = queueFaults(state);
  return ACCOUNTS.flatMap((id) => {
    const worth = money(account(state, id).marginBalance);
    const views = positions(state, id);
    return [
      ...queues,
      ...(worth === worthByFlows(state, id) ? [] : [`${id}: cash is not conserved`]),
      ...views.flatMap((position) => positionFaults(state, id, position)),
      ...allOrders(state, id, {}).flatMap((view) => orderFaults(state, id, view)),
    ];
  });
}

const failed = (rules: Readonly<Record<string, boolean>>, where: unknown): string[] =>
  Object.entries(rules).flatMap(([rule, holds]) =>
    holds ? [] : [`${rule}: ${JSON.stringify(where)}`],
  );

function orderFaults(state: MatchingState, id: string, view: OrderView): string[] {
  const own = trades(state, id, { symbol: view.symbol, orderId: view.orderId });
  const executed = money(view.executedQty);
  const rules = {
    'executed within zero and size': executed >= 0n && executed <= money(view.origQty),
    'trades add up': sum(own.map((trade) => money(trade.quantity))) === executed,
    'amounts add up': sum(own.map((trade) => money(trade.quoteQty))) === money(view.cumQuote),
    'FILLED means all': (view.status === 'FILLED') === (executed === money(view.origQty)),
  };
  return failed(rules, view);
}

/** A maker gets its price, a taker no worse. */
function isWithinLimit(event: MatchingEvent): boolean {
  if (event.type !== 'orderUpdate' || event.trade === undefined) return true;
  const { order, trade } = event;
  if (order.type === 'MARKET') return true;
  const worse = money(trade.price) - money(order.price);
  if (trade.maker) return worse === 0n;
  return order.side === 'buy' ? worse <= 0n : worse >= 0n;
}

function positionFaults(state: MatchingState, id: string, position: PositionView): string[] {
  const held = money(position.quantity);
  const open = openOrders(state, id, position.symbol);
  const reducing = open.filter((view) => view.reduceOnly);
  const promised = sum(reducing.map((view) => money(view.origQty) - money(view.executedQty)));
  const closing = openAlgos(state, id, position.symbol).filter((algo) => algo.closePosition);
  const rules = {
    'the position is the sum of its trades': held === quantityByTrades(state, id, position.symbol),
    'reduce-only orders stay within the position': promised <= (held < 0n ? -held : held),
    'reduce-only orders close': reducing.every((view) => (view.side === 'sell') === held > 0n),
    'closePosition needs a position': held !== 0n || closing.length === 0,
    'a flat position holds no margin': held !== 0n || position.isolatedWallet === '0',
    'order margin is that of the open orders':
      money(position.openOrderInitialMargin) === orderMargin(position, open),
  };
  return failed(rules, position);
}

/** The margin for the worse of all bids and all asks filling, by the open orders alone. */
function orderMargin(position: PositionView, open: readonly OrderView[]): bigint {
  const held = money(position.notional);
  const resting = (side: Side) =>
    sum(
      open
        .filter((view) => view.side === side && !view.reduceOnly)
        .map((view) => (money(view.origQty) - money(view.executedQty)) * money(view.price)),
    ) /
    10n ** 12n;
  const size = (value: bigint) => (value < 0n ? -value : value);
  const sizes = [size(held), size(held + resting('buy')), size(held - resting('sell'))];
  const worst = sizes.reduce((a, b) => (a > b ? a : b));
  return divide(worst - size(held), BigInt(position.leverage) * 10_000n, 'up') * 10_000n;
}

/** What rests has something left, best price first and older first at a price. */
function queueFaults(state: MatchingState): string[] {
  return [...state.symbols.values()].flatMap(({ instrument, buys, sells, bidTaken, askTaken }) => {
    const isSorted = (queue: typeof buys, better: (a: bigint, b: bigint) => boolean): boolean =>
      queue.every((view, i) => {
        const before = queue[i - 1];
        if (before === undefined) return true;
        if (before.price === view.price) return before.priority < view.priority;
        return better(before.price, view.price);
      });
    const rules = {
      'something is left': [...buys, ...sells].every((one) => one.executed < one.quantity),
      'buys are in order': isSorted(buys, (a, b) => a > b),
      'sells are in order': isSorted(sells, (a, b) => a < b),
      'nothing taken is negative': bidTaken >= 0n && askTaken >= 0n,
    };
    return failed(rules, instrument.symbol);
  });
}

/** How much of a step's print its maker fills took. */
const madeIn = (events: readonly MatchingEvent[]): bigint =>
  sum(
    events.map((event) =>
      event.type === 'orderUpdate' && event.trade?.maker === true
        ? money(event.trade.quantity)
        : 0n,
    ),
  );

const ordersOpened = (events: readonly MatchingEvent[]): number[] =>
  events.flatMap((event) =>
    event.type === 'orderUpdate' && event.executionType === 'NEW' ? [event.order.orderId] : [],
  );

const tradesOn = (events: readonly MatchingEvent[], symbol: string): number[] =>
  events.flatMap((event) =>
    event.type === 'orderUpdate' && event.trade?.symbol === symbol ? [event.trade.tradeId] : [],
  );

const counting = (list: readonly number[]): number[] => list.map((_, index) => index + 1);

describe('any sequence of commands', () => {
  test('conserves cash and position, fills no more than was there, keeps every limit', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const state = freshVenue();
        for (const command of list) {
          const { events } = apply(state, command);
          assert(events.every(isWithinLimit), 'every trade is within its limit');
          if (command.type !== 'market') continue;
          const share = money(command.step.lastQuantity) / 2n;
          assert(madeIn(events) <= share, 'maker fills within the share of the print');
        }
        expect(faultsOf(state)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('gives the same replies and events again, and after a snapshot at any point', () => {
    fc.assert(
      fc.property(commands, fc.nat(), (list, point) => {
        const straight = freshVenue();
        let resumed = freshVenue();
        for (const [index, command] of list.entries()) {
          if (index === point % list.length) {
            resumed = importState(JSON.parse(JSON.stringify(exportState(resumed))) as never);
          }
          expect(apply(resumed, command)).toEqual(apply(straight, command));
        }
        expect(exportState(resumed)).toEqual(exportState(straight));
      }),
      { numRuns: 200 },
    );
  });

  test('numbers orders and trades upwards, and refuses without events', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const state = freshVenue();
        const results = list.map((command) => apply(state, command));
        const refused = results.filter(({ reply }) => !reply.ok);
        expect(refused.flatMap(({ events }) => events)).toEqual([]);
        const events = results.flatMap((result) => result.events);
        expect(ordersOpened(events)).toEqual(counting(ordersOpened(events)));
        for (const name of ['BTCUSDT', 'ETHUSDT']) {
          expect(tradesOn(events, name)).toEqual(counting(tradesOn(events, name)));
        }
      }),
      { numRuns: 100 },
    );
  });
});
