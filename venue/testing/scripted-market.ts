/** A market for tests: the prices are written down, one step a second. */
import { instrumentOf } from '../../core/market/instruments.ts';
import type { Bar, MarketSource, MarketStep } from '../../core/market/market.ts';
import { roundToTick } from '../../core/money/arithmetic.ts';
import { price, priceText, textFromNumber } from '../../core/money/units.ts';
import type { Price, QuantityText } from '../../core/money/units.ts';

/** Midnight plus one minute: no funding time is near. */
export const START = Date.UTC(2024, 0, 10, 0, 1);
const HISTORY_BARS = 120;

/** Last prices by symbol; each symbol makes a step a second. */
export type Script = Readonly<Record<string, readonly number[]>>;

export type ScriptOptions = {
  readonly startTime?: number;
  readonly stepMs?: number;
  /** Displayed and printed size of each step. */
  readonly size?: string;
  /** Of flat history, each with a volume of 10; two hours without it. */
  readonly historyMinutes?: number;
};

/** A source over the script, with flat history before it. */
export function scriptedMarket(script: Script, options: ScriptOptions = {}): MarketSource {
  const { startTime = START, stepMs = 1_000, size = '5', historyMinutes = HISTORY_BARS } = options;
  const symbols = Object.keys(script).toSorted();
  const steps = symbols
    .flatMap((symbol) =>
      (script[symbol] ?? []).map((last, i) =>
        scriptedStep(symbol, startTime + i * stepMs, last, size),
      ),
    )
    .toSorted((a, b) => a.time - b.time || (a.symbol < b.symbol ? -1 : 1));
  let taken = 0;
  return {
    instruments: symbols.map(instrumentOf),
    startTime,
    historyTimeframe: '1m',
    history: (symbol) => flatHistory(script[symbol]?.[0] ?? 1, startTime, historyMinutes),
    next: () => {
      taken += 1;
      return steps[taken - 1];
    },
  };
}

/** A step whose bid is the last price and whose ask lies one tick above. */
function scriptedStep(symbol: string, time: number, last: number, size: string): MarketStep {
  const tick = price(instrumentOf(symbol).tickSize);
  const bid = roundToTick(price(textFromNumber(last)), tick, 'down');
  const quantity = size as QuantityText;
  return {
    symbol,
    time,
    last: priceText(bid),
    lastQuantity: quantity,
    takerSide: 'sell',
    bid: priceText(bid),
    bidQuantity: quantity,
    ask: priceText((bid + tick) as Price),
    askQuantity: quantity,
    mark: priceText(bid),
    index: priceText(bid),
  };
}

function flatHistory(last: number, startTime: number, minutes: number): Bar[] {
  const first = startTime - (startTime % 60_000) - minutes * 60_000;
  return Array.from({ length: minutes }, (_, i) => ({
    openTime: first + i * 60_000,
    open: last,
    high: last,
    low: last,
    close: last,
    volume: 10,
  }));
}
