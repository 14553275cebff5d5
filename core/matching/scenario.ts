/** A small venue and a short notation for the tests of this folder. */
import { ensureDefined } from '../assert.ts';
import type { InstrumentRules, MarketStep, Side } from '../market/market.ts';
import type { MoneyText, PriceText, QuantityText } from '../money/units.ts';
import { apply } from './apply.ts';
import type { Command, Place, PlaceConditional } from './commands.ts';
import type { MatchingState } from './state.ts';
import { createMatching } from './state.ts';
import type { MatchingConfig, MatchingEvent } from './types.ts';

const instrument = (symbol: string, tick: string, step: string): InstrumentRules => ({
  symbol,
  base: symbol.replace('USDT', ''),
  quote: 'USDT',
  tickSize: tick as PriceText,
  quantityStep: step as QuantityText,
  minQuantity: step as QuantityText,
  maxQuantity: '1000' as QuantityText,
  minNotional: '100' as MoneyText,
  maxOpenOrders: 5,
  maxConditionalOrders: 3,
  percentPricePct: 5,
  makerFeeBps: 2,
  takerFeeBps: 5,
});

/** BTCUSDT around 60,000 and ETHUSDT; impact 10 bp a displayed size; two leverage brackets. */
export const CONFIG: MatchingConfig = {
  instruments: [instrument('BTCUSDT', '0.1', '0.001'), instrument('ETHUSDT', '0.01', '0.001')],
  participationPct: 100,
  impactBps: 10,
  priceProtectionPct: 5,
  liquidationFeePct: 1.25,
  brackets: [
    {
      bracket: 1,
      initialLeverage: 50,
      notionalFloor: '0' as MoneyText,
      notionalCap: '300000' as MoneyText,
      maintMarginRatioPct: '1',
      cum: '0' as MoneyText,
    },
    {
      bracket: 2,
      initialLeverage: 10,
      notionalFloor: '300000' as MoneyText,
      notionalCap: '3000000' as MoneyText,
      maintMarginRatioPct: '2',
      cum: '3000' as MoneyText,
    },
  ],
  defaultLeverage: 3,
  defaultMarginType: 'ISOLATED',
  historyLimit: 1_000,
};

/** A venue with accounts `a` and `b` (10,000 USDT each), and BTCUSDT at 60,000 / 60,000.1. */
export function openVenue(config: Partial<MatchingConfig> = {}): MatchingState {
  const state = createMatching({ ...CONFIG, ...config });
  for (const accountId of ['a', 'b']) apply(state, deposit(accountId, '10000'));
  apply(state, market('60000'));
  return state;
}

/** The same where `a` is long 0.1 at 60,000.1 by order 1. */
export function longVenue(): MatchingState {
  const state = openVenue();
  apply(state, order('buy', '0.1@60000.1'));
  return state;
}

export const deposit = (accountId: string, balance: string): Command => ({
  type: 'openAccount',
  time: 0,
  accountId,
  balance,
  makerFeeBps: 2,
  takerFeeBps: 5,
});

type StepOptions = {
  readonly symbol?: string;
  readonly printed?: string;
  readonly bid?: string;
  readonly ask?: string;
  readonly shown?: string;
  readonly mark?: string;
  readonly takerSide?: Side;
  readonly time?: number;
};

/** A step that traded at `last`; the bid is there and the ask a tick (0.1) above unless given. */
export function market(last: string, options: StepOptions = {}): Command {
  const shown = (options.shown ?? '1') as QuantityText;
  const mark = (options.mark ?? last) as PriceText;
  const step: MarketStep = {
    symbol: options.symbol ?? 'BTCUSDT',
    time: options.time ?? 1_000,
    last: last as PriceText,
    lastQuantity: (options.printed ?? '1') as QuantityText,
    takerSide: options.takerSide ?? 'sell',
    bid: (options.bid ?? last) as PriceText,
    bidQuantity: shown,
    ask: (options.ask ?? String(Number(last) + 0.1)) as PriceText,
    askQuantity: shown,
    mark,
    index: mark,
  };
  return { type: 'market', step };
}

type PlaceOptions = Partial<Omit<Place, 'type' | 'side' | 'quantity' | 'price'>>;

/** `order('buy', '0.1@59990')` is LIMIT GTC, `order('sell', '0.1')` is MARKET; account `a`. */
export function order(side: Side, text: string, options: PlaceOptions = {}): Place {
  const [quantity, price] = text.split('@');
  return {
    type: 'place',
    time: 2_000,
    accountId: 'a',
    symbol: 'BTCUSDT',
    side,
    quantity: ensureDefined(quantity, 'a quantity'),
    orderType: price === undefined ? 'MARKET' : 'LIMIT',
    ...(price === undefined ? {} : { price }),
    ...options,
  };
}

/** A conditional order of account `a`, on mark. */
export const conditional = (
  side: Side,
  options: Partial<PlaceConditional> & Pick<PlaceConditional, 'orderType'>,
): PlaceConditional => ({
  type: 'placeConditional',
  time: 2_000,
  accountId: 'a',
  symbol: 'BTCUSDT',
  side,
  workingType: 'MARK_PRICE',
  ...options,
});

/** One line per event: `TRADE #1 FILLED 0.1/0.1 0.1@59990 maker`, `ALGO 1 TRIGGERED #2`. */
export function lineOf(event: MatchingEvent): string {
  switch (event.type) {
    case 'orderUpdate': {
      const { orderId, status, executedQty, origQty } = event.order;
      const head = `${event.executionType} #${orderId} ${status} ${executedQty}/${origQty}`;
      if (event.trade === undefined) return head;
      const { quantity, price, maker } = event.trade;
      return `${head} ${quantity}@${price} ${maker ? 'maker' : 'taker'}`;
    }
    case 'algoUpdate': {
      const { algoId, status, actualOrderId } = event.algo;
      return `ALGO ${algoId} ${status}${actualOrderId === undefined ? '' : ` #${actualOrderId}`}`;
    }
    case 'accountUpdate':
      return `ACCOUNT ${event.accountId} ${event.reason} ${event.walletBalance}`;
    case 'leverageUpdate':
      return `LEVERAGE ${event.symbol} ${event.leverage}`;
  }
}

/** A command, its expected code ('ok' or the venue's number), and the events but ACCOUNT ones. */
export type Row = readonly [Command, 'ok' | number, ...string[]];

/** What a command did, in the shape of a row's expectation. */
export function outcome(state: MatchingState, command: Command): ['ok' | number, ...string[]] {
  const { reply, events } = apply(state, command);
  const lines = events.filter((event) => event.type !== 'accountUpdate').map(lineOf);
  return [reply.ok ? 'ok' : reply.code, ...lines];
}

/** Plays the rows and returns those that came out differently, each with what it did instead. */
export function play(rows: readonly Row[], state: MatchingState = openVenue()) {
  return rows.flatMap(([command, ...expected]) => {
    const got = outcome(state, command);
    return JSON.stringify(got) === JSON.stringify(expected) ? [] : [{ command, expected, got }];
  });
}
