/** Public market data. Server time is wall time; every other time is market time. */
import type { MarketStep } from '../../core/market/market.ts';
import { notional } from '../../core/money/arithmetic.ts';
import { moneyText, price, quantity, textFromNumber } from '../../core/money/units.ts';
import { VenueError } from '../errors.ts';
import { INTERVAL_MS } from '../market/bars.ts';
import type { VenueBar } from '../market/bars.ts';
import { FUNDING_CAP, LONGEST_FUNDING_MS } from '../market/funding.ts';
import type { SymbolTape } from '../market/tape.ts';
import { exchangeInfoJson } from './exchange-info.ts';
import { limitWeight, perSymbol, perSymbolWeight, tapeOf, tapesOf } from './route.ts';
import type { Call, RouteTable } from './route.ts';

type Json = Record<string, unknown>;

const DEPTH_LIMITS = new Set([5, 10, 20, 50, 100, 500, 1000]);

export const MARKET_ROUTES: RouteTable = {
  'GET ping': { security: 'none', weight: 1, handle: () => ({}) },
  'GET time': { security: 'none', weight: 1, handle: (call) => ({ serverTime: call.shownTime }) },
  'GET exchangeInfo': { security: 'none', weight: 1, handle: exchangeInfo },
  'GET depth': {
    security: 'none',
    weight: limitWeight(500, [
      [50, 2],
      [100, 5],
      [500, 10],
      [1_000, 20],
    ]),
    handle: depth,
  },
  'GET trades': { security: 'none', weight: 5, handle: recentTrades },
  'GET historicalTrades': { security: 'key', weight: 20, handle: recentTrades },
  'GET aggTrades': { security: 'none', weight: 20, handle: aggregateTrades },
  'GET klines': {
    security: 'none',
    weight: limitWeight(500, [
      [99, 1],
      [499, 2],
      [1_000, 5],
      [1_500, 10],
    ]),
    handle: klines,
  },
  'GET premiumIndex': {
    security: 'none',
    weight: perSymbolWeight(1, 10),
    handle: (call) => perSymbol(call, (tape) => premiumIndex(tape, call)),
  },
  'GET fundingRate': { security: 'none', weight: 1, handle: fundingRates },
  'GET fundingInfo': { security: 'none', weight: 1, handle: fundingInfo },
  'GET ticker/24hr': {
    security: 'none',
    weight: perSymbolWeight(1, 40),
    handle: (call) => perSymbol(call, dayTicker),
  },
  'GET ticker/price': {
    security: 'none',
    weight: perSymbolWeight(1, 2),
    handle: (call) => perSymbol(call, lastPrice),
  },
  'GET ticker/bookTicker': {
    security: 'none',
    weight: perSymbolWeight(2, 5),
    handle: (call) => perSymbol(call, bookTicker),
  },
  'GET openInterest': {
    security: 'none',
    weight: 1,
    handle: (call) => ({ symbol: tapeOf(call).rules.symbol, openInterest: '0', time: now(call) }),
  },
};

const now = (call: Call): number => call.parts.exchange.marketTime;

function exchangeInfo({ parts, shownTime }: Call): Json {
  const listed = [...parts.tapes.values()].map(({ rules }) => ({
    rules,
    status: parts.exchange.state.symbols.get(rules.symbol)?.status ?? 'BREAK',
  }));
  return exchangeInfoJson(listed, parts.settings.limits, shownTime);
}

function depth(call: Call): Json {
  const limit = call.parameters.integer('limit') ?? 500;
  if (!DEPTH_LIMITS.has(limit)) throw new VenueError(-4021, `${limit} is not valid depth limit.`);
  const book = tapeOf(call).depth();
  return {
    lastUpdateId: book?.updateId ?? 0,
    E: now(call),
    T: now(call),
    bids: book?.bids.slice(0, limit) ?? [],
    asks: book?.asks.slice(0, limit) ?? [],
  };
}

const quoteQuantity = (step: MarketStep): string =>
  moneyText(notional(price(step.last), quantity(step.lastQuantity)));

function recentTrades(call: Call): Json[] {
  const limit = call.parameters.limit(500, 1_000);
  return tapeOf(call)
    .trades.slice(-limit)
    .map((step) => ({
      id: step.time,
      price: step.last,
      qty: step.lastQuantity,
      quoteQty: quoteQuantity(step),
      time: step.time,
      isBuyerMaker: step.takerSide === 'sell',
    }));
}

function aggregateTrades(call: Call): Json[] {
  const { parameters } = call;
  const limit = parameters.limit(500, 1_000);
  const startTime = parameters.integer('startTime');
  const endTime = parameters.integer('endTime') ?? Number.POSITIVE_INFINITY;
  const from = startTime ?? parameters.integer('fromId');
  const matching = tapeOf(call).trades.filter(
    (step) => step.time >= (from ?? 0) && step.time <= endTime,
  );
  return (from === undefined ? matching.slice(-limit) : matching.slice(0, limit)).map((step) => ({
    a: step.time,
    p: step.last,
    q: step.lastQuantity,
    f: step.time,
    l: step.time,
    T: step.time,
    m: step.takerSide === 'sell',
  }));
}

function klines(call: Call): unknown[] {
  const { parameters } = call;
  const tape = tapeOf(call);
  const intervalMs = INTERVAL_MS.get(parameters.required('interval'));
  if (intervalMs === undefined) throw new VenueError(-1120, 'Invalid interval.');
  const bars = tape.bars.query({
    intervalMs,
    limit: parameters.limit(500, 1_500),
    startTime: parameters.integer('startTime'),
    endTime: parameters.integer('endTime'),
  });
  return bars.map((bar) => klineJson(bar, intervalMs));
}

const klineJson = (bar: VenueBar, intervalMs: number): unknown[] => [
  bar.openTime,
  textFromNumber(bar.open),
  textFromNumber(bar.high),
  textFromNumber(bar.low),
  textFromNumber(bar.close),
  textFromNumber(bar.volume),
  bar.openTime + intervalMs - 1,
  textFromNumber(bar.quoteVolume),
  bar.trades,
  textFromNumber(bar.takerBuyVolume),
  textFromNumber(bar.takerBuyVolume * bar.close),
  '0',
];

function premiumIndex(tape: SymbolTape, call: Call): Json {
  const fallback = textFromNumber(tape.lastPrice());
  return {
    symbol: tape.rules.symbol,
    markPrice: tape.step?.mark ?? fallback,
    indexPrice: tape.step?.index ?? fallback,
    estimatedSettlePrice: tape.step?.index ?? fallback,
    lastFundingRate: tape.funding.rate(),
    interestRate: '0.0001',
    nextFundingTime: tape.funding.nextTime(now(call)),
    time: tape.step?.time ?? now(call),
  };
}

/** The rate over eight hours where the premium is zero. */
const BASELINE_RATE = 0.0001;

/** Only the symbols whose interval or cap is not the usual one. */
function fundingInfo({ parts }: Call): Json[] {
  return [...parts.tapes.values()]
    .filter(({ funding }) => funding.intervalMs !== LONGEST_FUNDING_MS)
    .map(({ rules, funding }) => ({
      symbol: rules.symbol,
      adjustedFundingRateCap: textFromNumber(FUNDING_CAP),
      adjustedFundingRateFloor: textFromNumber(-FUNDING_CAP),
      fundingIntervalHours: funding.intervalMs / 3_600_000,
      disclaimer: false,
    }));
}

/** Settled rates; before the first step the baseline rate, which a premium of zero gives. */
function fundingRates(call: Call): Json[] {
  const { parameters } = call;
  const limit = parameters.limit(100, 1_000);
  const startTime = parameters.integer('startTime') ?? 0;
  const endTime = parameters.integer('endTime') ?? Number.POSITIVE_INFINITY;
  const rows = tapesOf(call)
    .flatMap(fundingOf)
    .filter((row) => row.fundingTime >= startTime && row.fundingTime <= endTime)
    .toSorted((a, b) => a.fundingTime - b.fundingTime);
  return startTime === 0 ? rows.slice(-limit) : rows.slice(0, limit);
}

type FundingRow = { symbol: string; fundingTime: number; fundingRate: string; markPrice: string };

function fundingOf(tape: SymbolTape): FundingRow[] {
  const { symbol } = tape.rules;
  const settled = tape.funding.settled.map(({ time, rate }) => ({
    symbol,
    fundingTime: time,
    fundingRate: rate,
    markPrice: priceAt(tape, time),
  }));
  const firstLive = settled[0]?.fundingTime ?? tape.funding.nextTime(tape.step?.time ?? 0);
  const historical = tape.bars
    .query({ intervalMs: tape.funding.intervalMs, limit: 1_000 })
    .filter((bar) => bar.openTime < firstLive && bar.openTime <= (tape.step?.time ?? 0))
    .map((bar) => ({
      symbol,
      fundingTime: bar.openTime,
      fundingRate: textFromNumber(BASELINE_RATE * (tape.funding.intervalMs / LONGEST_FUNDING_MS)),
      markPrice: textFromNumber(bar.open),
    }));
  return [...historical, ...settled];
}

/** The price at which the minute of a time opened. */
function priceAt(tape: SymbolTape, time: number): string {
  const bar = tape.bars.query({ intervalMs: 60_000, limit: 1, startTime: time })[0];
  return textFromNumber(bar?.open ?? tape.lastPrice());
}

function dayTicker(tape: SymbolTape): Json {
  const day = tape.day();
  const { step } = tape;
  return {
    symbol: tape.rules.symbol,
    priceChange: textFromNumber(day.close - day.open),
    priceChangePercent: textFromNumber(
      day.open === 0 ? 0 : ((day.close - day.open) / day.open) * 100,
    ),
    weightedAvgPrice: textFromNumber(day.volume === 0 ? day.close : day.quoteVolume / day.volume),
    lastPrice: step?.last ?? textFromNumber(day.close),
    lastQty: step?.lastQuantity ?? '0',
    openPrice: textFromNumber(day.open),
    highPrice: textFromNumber(day.high),
    lowPrice: textFromNumber(day.low),
    volume: textFromNumber(day.volume),
    quoteVolume: textFromNumber(day.quoteVolume),
    openTime: day.openTime,
    closeTime: step?.time ?? day.openTime,
    firstId: tape.trades[0]?.time ?? 0,
    lastId: step?.time ?? 0,
    count: day.trades,
  };
}

const lastPrice = (tape: SymbolTape): Json => ({
  symbol: tape.rules.symbol,
  price: tape.step?.last ?? textFromNumber(tape.lastPrice()),
  time: tape.step?.time ?? 0,
});

const bookTicker = ({ rules, step }: SymbolTape): Json => ({
  symbol: rules.symbol,
  bidPrice: step?.bid ?? '0',
  bidQty: step?.bidQuantity ?? '0',
  askPrice: step?.ask ?? '0',
  askQty: step?.askQuantity ?? '0',
  time: step?.time ?? 0,
  lastUpdateId: step?.time ?? 0,
});
