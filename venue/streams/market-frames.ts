/** Public WebSocket payloads of USD-M streams. Every `E` and `T` is market time. */
import type { MarketStep } from '../../core/market/market.ts';
import { textFromNumber } from '../../core/money/units.ts';
import { INTERVAL_MS, latestBar } from '../market/bars.ts';
import type { VenueBar } from '../market/bars.ts';
import type { SymbolTape } from '../market/tape.ts';

type Json = Record<string, unknown>;
type Frame = (tape: SymbolTape, step: MarketStep) => Json | undefined;

const trade: Frame = (_tape, step) => ({
  e: 'trade',
  E: step.time,
  T: step.time,
  s: step.symbol,
  t: step.time,
  p: step.last,
  q: step.lastQuantity,
  X: 'MARKET',
  m: step.takerSide === 'sell',
});

const aggTrade: Frame = (_tape, step) => ({
  e: 'aggTrade',
  E: step.time,
  a: step.time,
  s: step.symbol,
  p: step.last,
  q: step.lastQuantity,
  f: step.time,
  l: step.time,
  T: step.time,
  m: step.takerSide === 'sell',
});

const bookTicker: Frame = (_tape, step) => ({
  e: 'bookTicker',
  u: step.time,
  s: step.symbol,
  b: step.bid,
  B: step.bidQuantity,
  a: step.ask,
  A: step.askQuantity,
  T: step.time,
  E: step.time,
});

const markPrice: Frame = (tape, step) => ({
  e: 'markPriceUpdate',
  E: step.time,
  s: step.symbol,
  p: step.mark,
  i: step.index,
  P: step.index,
  r: tape.funding.rate(),
  T: tape.funding.nextTime(step.time),
});

const miniTicker: Frame = (tape, step) => {
  const day = tape.day();
  return {
    e: '24hrMiniTicker',
    E: step.time,
    s: step.symbol,
    c: step.last,
    o: textFromNumber(day.open),
    h: textFromNumber(day.high),
    l: textFromNumber(day.low),
    v: textFromNumber(day.volume),
    q: textFromNumber(day.quoteVolume),
  };
};

const ticker: Frame = (tape, step) => {
  const day = tape.day();
  return {
    ...miniTicker(tape, step),
    e: '24hrTicker',
    p: textFromNumber(day.close - day.open),
    P: textFromNumber(day.open === 0 ? 0 : ((day.close - day.open) / day.open) * 100),
    w: textFromNumber(day.volume === 0 ? day.close : day.quoteVolume / day.volume),
    Q: step.lastQuantity,
    O: day.openTime,
    C: step.time,
    F: step.time,
    L: step.time,
    n: day.trades,
  };
};

const depth: Frame = (tape, step) => {
  const change = tape.depthChange();
  if (change === undefined) return undefined;
  return {
    e: 'depthUpdate',
    E: step.time,
    T: step.time,
    s: step.symbol,
    U: change.first,
    u: change.last,
    pu: change.previous,
    b: change.bids,
    a: change.asks,
  };
};

const FRAMES: ReadonlyMap<string, Frame> = new Map([
  ['trade', trade],
  ['aggTrade', aggTrade],
  ['bookTicker', bookTicker],
  ['markPrice', markPrice],
  ['markPrice@1s', markPrice],
  ['miniTicker', miniTicker],
  ['ticker', ticker],
  ['depth', depth],
  ['depth@100ms', depth],
  ['depth@250ms', depth],
  ['depth@500ms', depth],
]);

const KLINE = /^kline_(\w+)$/;

/** Whether a stream such as `btcusdt@kline_1m` exists (its symbol aside). */
export function isChannel(channel: string): boolean {
  const interval = KLINE.exec(channel)?.[1];
  return FRAMES.has(channel) || (interval !== undefined && INTERVAL_MS.has(interval));
}

/** The frames that a step causes on a channel: one, and one more where it closed a bar. */
export function framesOf(channel: string, tape: SymbolTape, closed: VenueBar | undefined): Json[] {
  const step = tape.step;
  if (step === undefined) return [];
  const interval = KLINE.exec(channel)?.[1];
  if (interval !== undefined) return klineFrames(tape, step, interval, closed);
  const frame = FRAMES.get(channel)?.(tape, step);
  return frame === undefined ? [] : [frame];
}

function klineFrames(
  tape: SymbolTape,
  step: MarketStep,
  interval: string,
  closed: VenueBar | undefined,
): Json[] {
  const intervalMs = INTERVAL_MS.get(interval) ?? 0;
  const open = latestBar(tape.bars, intervalMs);
  if (open === undefined) return [];
  const frames = [klineJson(step, interval, intervalMs, open, false)];
  const before = closed === undefined ? undefined : lastClosed(tape, intervalMs, open, closed);
  if (before !== undefined) frames.unshift(klineJson(step, interval, intervalMs, before, true));
  return frames;
}

/** The bar of the interval that ended with the closed minute, if it did. */
function lastClosed(
  tape: SymbolTape,
  intervalMs: number,
  open: VenueBar,
  closed: VenueBar,
): VenueBar | undefined {
  if (closed.openTime >= open.openTime) return undefined;
  const startTime = closed.openTime - (closed.openTime % intervalMs);
  return tape.bars.query({ intervalMs, limit: 1, startTime })[0];
}

const klineJson = (
  step: MarketStep,
  interval: string,
  intervalMs: number,
  bar: VenueBar,
  final: boolean,
): Json => ({
  e: 'kline',
  E: step.time,
  s: step.symbol,
  k: {
    t: bar.openTime,
    T: bar.openTime + intervalMs - 1,
    s: step.symbol,
    i: interval,
    f: bar.openTime,
    L: step.time,
    o: textFromNumber(bar.open),
    c: textFromNumber(bar.close),
    h: textFromNumber(bar.high),
    l: textFromNumber(bar.low),
    v: textFromNumber(bar.volume),
    n: bar.trades,
    x: final,
    q: textFromNumber(bar.quoteVolume),
    V: textFromNumber(bar.takerBuyVolume),
    Q: textFromNumber(bar.takerBuyVolume * bar.close),
    B: '0',
  },
});
