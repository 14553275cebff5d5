/** A market that goes nowhere, so that every symbol soon holds a grid. For wiring, never for profit. */
import { findInstrument, instrumentOf } from '../../core/market/instruments.ts';
import type { Bar, InstrumentRules, MarketSource, MarketStep } from '../../core/market/market.ts';
import { createRandom } from '../../core/market/random.ts';
import { roundToTick } from '../../core/money/arithmetic.ts';
import { price, priceText, textFromNumber } from '../../core/money/units.ts';
import type { Price, QuantityText } from '../../core/money/units.ts';

const MINUTE_MS = 60_000;
const HISTORY_MINUTES = 3 * 1_440;
const STEP_MS = 15_000;
/** Distance from the centre, in percent of it: one standard deviation. */
const NOISE_PCT = 0.12;

/** Below what the gate takes for a jump. */
const DRIFT_STEP_PCT = 0.3;

/** Traded in a step: part of an order, or more than all of ours together. */
const THIN = '50' as QuantityText;
const DEEP = '50000' as QuantityText;

const CENTRES: Readonly<Record<string, number>> = { BTCUSDT: 60_000, ETHUSDT: 2_500 };
const centreOf = (symbol: string): number => CENTRES[symbol] ?? 20;

/** The venue's rules of a symbol; of one that no exchange lists, those of another. */
const rulesOf = (symbol: string): InstrumentRules =>
  findInstrument(symbol) ?? { ...instrumentOf('LINKUSDT'), symbol, base: symbol.slice(0, -4) };

/** Independent noise around a fixed centre; the same for the same symbol and time. */
function lastAt(symbol: string, time: number, noisePct = NOISE_PCT, driftPct = 0): number {
  const noise = createRandom('kill-switch', symbol, time).normal();
  return centreOf(symbol) * (1 + (noise * noisePct + driftPct) / 100);
}

export type RangingMarket = MarketSource & {
  /** Every price drifts, in large trades, until it stands so far from where it began: levels fill. */
  driftTo(pct: number): void;
};

/** `noisePct` from the start on; the history before it, which spaces the grids, has the usual noise. */
export function rangingMarket(
  symbols: readonly string[],
  startTime: number,
  noisePct = NOISE_PCT,
): RangingMarket {
  const names = symbols.toSorted();
  let taken = 0;
  let targetPct = 0;
  let driftPct = 0;
  return {
    driftTo: (pct) => {
      targetPct = pct;
    },
    instruments: names.map(rulesOf),
    startTime,
    historyTimeframe: '1m',
    history: (symbol) =>
      Array.from({ length: HISTORY_MINUTES }, (_, i) =>
        barAt(symbol, startTime - (HISTORY_MINUTES - i) * MINUTE_MS),
      ),
    next: () => {
      const symbol = names[taken % names.length] ?? '';
      const time = startTime + Math.floor(taken / names.length) * STEP_MS;
      taken += 1;
      if (symbol === names[0]) driftPct += nearer(targetPct - driftPct);
      const last = lastAt(symbol, time, noisePct, driftPct);
      return stepAt(symbol, time, last, targetPct === 0 ? THIN : DEEP);
    },
  };
}

const nearer = (distance: number): number =>
  Math.max(-DRIFT_STEP_PCT, Math.min(DRIFT_STEP_PCT, distance));

function barAt(symbol: string, openTime: number): Bar {
  const steps = [0, 1, 2, 3].map((i) => lastAt(symbol, openTime + i * STEP_MS));
  const [open = 0, , , close = 0] = steps;
  return { openTime, open, high: Math.max(...steps), low: Math.min(...steps), close, volume: 40 };
}

function stepAt(symbol: string, time: number, last: number, quantity: QuantityText): MarketStep {
  const tick = price(rulesOf(symbol).tickSize);
  const bid = roundToTick(price(textFromNumber(last)), tick, 'down');
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
