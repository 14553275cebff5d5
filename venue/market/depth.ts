/** Five price levels a side made from a step's best bid and ask, and the changes between two steps. */
import type { InstrumentRules, MarketStep } from '../../core/market/market.ts';
import { addQuantity } from '../../core/money/arithmetic.ts';
import { price, priceText, quantity, quantityText } from '../../core/money/units.ts';
import type { Price, PriceText, QuantityText } from '../../core/money/units.ts';

export type Level = readonly [price: PriceText, quantity: QuantityText];

/** Update ids are step times: they rise strictly per symbol and survive a restart. */
export type Depth = {
  readonly updateId: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
};

const LEVELS = 5;

/** The book of a step: level 1 is the quote, each further one lies a tick away and is larger. */
export function depthOf(step: MarketStep, rules: InstrumentRules): Depth {
  const tick = price(rules.tickSize);
  return {
    updateId: step.time,
    bids: levels(step.bid, step.bidQuantity, -tick),
    asks: levels(step.ask, step.askQuantity, tick),
  };
}

function levels(best: PriceText, size: QuantityText, stride: bigint): Level[] {
  const result: Level[] = [];
  let at = price(best) as bigint;
  let shown = quantity(size);
  for (let i = 0; i < LEVELS && at > 0n; i += 1) {
    result.push([priceText(at as Price), quantityText(shown)]);
    at += stride;
    shown = addQuantity(shown, quantity(size));
  }
  return result;
}

/** Levels of `now` that are new or changed, and those of `before` that are gone ("0"). */
export function changedLevels(before: readonly Level[], now: readonly Level[]): Level[] {
  const old = new Map(before);
  const changed = now.filter(([at, size]) => old.get(at) !== size);
  const kept = new Set(now.map(([at]) => at));
  const gone = before.filter(([at]) => !kept.has(at));
  return [...gone.map(([at]): Level => [at, '0' as QuantityText]), ...changed];
}
