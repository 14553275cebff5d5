/**
 * The grid planner: symmetric post-only levels around the mid, each with its counter price, a stop
 * on each side for the worst one-sided inventory, and the corridor whose leaving cancels the grid.
 */
import type { Refusal } from './decision-codes.ts';
import { gridStepPct, profitPerLevelPct } from './grid-spacing.ts';
import type { LevelCosts } from './grid-spacing.ts';
import type { GridLevel, GridPlan } from './plans.ts';
import { belowVenueMinimum, orderQuantity, percentOf, planNotional } from './sizing.ts';
import type { StrategyConfig } from './strategy-config.ts';
import { assert } from '../assert.ts';
import type { MarketFeatures } from '../market/features.ts';
import type { EpochMs, InstrumentRules, Quote, Side } from '../market/market.ts';
import { movePriceBps, notional, roundToTick } from '../money/arithmetic.ts';
import { moneyText, price, priceText, quantityText } from '../money/units.ts';
import type { MoneyText, Price, PriceText, Quantity } from '../money/units.ts';

export type GridPlanInput = {
  readonly planId: string;
  readonly marketTime: EpochMs;
  readonly quote: Quote;
  readonly features: MarketFeatures;
  readonly rules: InstrumentRules;
  readonly equity: MoneyText;
  readonly config: StrategyConfig;
};

/** Centre and the distance between levels, in whole ticks; the step in an even number of them. */
type Geometry = { readonly centre: Price; readonly step: Price; readonly levels: number };

/**
 * Plans a grid with the most levels, up to `grid.initialLevels`, whose orders each meet the
 * venue's minimum; refuses with SIZE_BELOW_VENUE_MINIMUM or SPREAD_TOO_WIDE when none does.
 */
export function planGrid(input: GridPlanInput): GridPlan | Refusal {
  const { rules, config } = input;
  const amount = planNotional(input.equity, config.risk);
  const slots = Math.floor(rules.maxOpenOrders / 2);
  const most = Math.min(config.grid.initialLevels, config.grid.levels, slots);
  for (let levels = most; levels >= 1; levels -= 1) {
    const geometry = layOut(input, levels);
    if (geometry === undefined) continue;
    if (crossesTouch(geometry, input.quote)) return spreadTooWide(geometry, input.quote);
    const size = orderQuantity(amount, sumOfSells(geometry), levelPrice(geometry, -levels), rules);
    if (size !== undefined) return buildPlan(input, geometry, size);
  }
  if (layOut(input, 1) === undefined) return costsTooHigh(input);
  return belowVenueMinimum(amount, price(input.quote.bid), rules, config.risk);
}

function costsTooHigh(input: GridPlanInput): Refusal {
  const { maxSpreadPct } = input.config.grid;
  const profitPct = profitPerLevelPct(input.config.grid, costsOf(input));
  return {
    code: 'SPREAD_TOO_WIDE',
    reason:
      `Fees and the spread ${input.quote.bid} / ${input.quote.ask} ask for ${profitPct.toFixed(3)} % ` +
      `a level; the whole grid may span ${maxSpreadPct} % a side.`,
  };
}

/** Centre: the mid, rounded down to a tick. Step: rounded up to two ticks, half of it is used. */
function layOut(input: GridPlanInput, levels: number): Geometry | undefined {
  const { features, rules, config, quote } = input;
  const stepPct = gridStepPct(features, levels, config.grid, costsOf(input));
  if (stepPct === undefined) return undefined;
  const tick = price(rules.tickSize);
  const mid = ((price(quote.bid) + price(quote.ask)) / 2n) as Price;
  const centre = roundToTick(mid, tick, 'down');
  const distance = (movePriceBps(centre, stepPct * 100) - centre) as Price;
  return { centre, step: roundToTick(distance, (2n * tick) as Price, 'up'), levels };
}

const costsOf = ({ rules, quote, config }: GridPlanInput): LevelCosts => ({
  rules,
  quote,
  minEdgeMultiple: config.minEdgeMultiple,
});

/**
 * Price of level -n … -1 (buys) or 1 … n (sells). The innermost levels stand half a step from the
 * centre, so that all neighbours, those across the centre too, are one step apart.
 */
function levelPrice({ centre, step }: Geometry, index: number): Price {
  const halves = 2 * index - Math.sign(index);
  return (centre + (BigInt(halves) * step) / 2n) as Price;
}

/** The prices of all sell levels, added up: the dearer side bounds the inventory. */
function sumOfSells({ centre, step, levels }: Geometry): Price {
  const n = BigInt(levels);
  return (n * centre + (n * n * step) / 2n) as Price;
}

function crossesTouch(geometry: Geometry, quote: Quote): boolean {
  return levelPrice(geometry, -1) > price(quote.bid) || levelPrice(geometry, 1) < price(quote.ask);
}

function spreadTooWide({ step }: Geometry, quote: Quote): Refusal {
  return {
    code: 'SPREAD_TOO_WIDE',
    reason:
      `The first levels, half of ${priceText(step)} from the mid, would cross ` +
      `the touch ${quote.bid} / ${quote.ask}.`,
  };
}

function buildPlan(input: GridPlanInput, geometry: Geometry, size: Quantity): GridPlan {
  const { rules, config } = input;
  const { centre, step, levels } = geometry;
  const worst = notional(sumOfSells(geometry), size);
  const inventory = quantityText((size * BigInt(levels)) as Quantity);
  const at = (pct: number, rounding: 'down' | 'up'): PriceText =>
    movedBy(centre, pct, rules.tickSize, rounding);
  const { stopPct, breakoutThresholdPct } = config.grid;
  const plan: GridPlan = {
    planId: input.planId,
    centre: priceText(centre),
    step: priceText(step),
    levels: levelIndexes(levels).map((index) => buildLevel(geometry, index, size, input)),
    stops: {
      lower: { triggerPrice: at(-stopPct, 'up'), quantity: inventory },
      upper: { triggerPrice: at(stopPct, 'down'), quantity: inventory },
    },
    breakout: { lower: at(-breakoutThresholdPct, 'up'), upper: at(breakoutThresholdPct, 'down') },
    worstNotional: moneyText(worst),
    resetProfit: moneyText(percentOf(worst, config.grid.resetProfitPct)),
    unwindLimitMs: config.grid.unwindLimitS * 1_000,
    createdAt: input.marketTime,
  };
  assert(isOrdered(plan), `grid levels, breakout and stops overlap: ${JSON.stringify(plan)}`);
  return plan;
}

/** Buys from the outermost in, then sells from the innermost out. */
function levelIndexes(levels: number): number[] {
  const upwards = Array.from({ length: levels }, (_, i) => i + 1);
  return [...upwards.toReversed().map((index) => -index), ...upwards];
}

function buildLevel(
  geometry: Geometry,
  index: number,
  size: Quantity,
  input: GridPlanInput,
): GridLevel {
  const { rules, config } = input;
  const at = levelPrice(geometry, index);
  const side: Side = index < 0 ? 'buy' : 'sell';
  const profitPct = profitPerLevelPct(config.grid, costsOf(input));
  return {
    index,
    side,
    price: priceText(at),
    counterPrice: counterPrice(at, side, profitPct, rules.tickSize),
    quantity: quantityText(size),
  };
}

/** Rounded away from the level: never less than the profit wanted. */
function counterPrice(level: Price, side: Side, profitPct: number, tickSize: PriceText): PriceText {
  return side === 'buy'
    ? movedBy(level, profitPct, tickSize, 'up')
    : movedBy(level, -profitPct, tickSize, 'down');
}

function movedBy(
  from: Price,
  pct: number,
  tickSize: PriceText,
  rounding: 'down' | 'up',
): PriceText {
  return priceText(roundToTick(movePriceBps(from, pct * 100), price(tickSize), rounding));
}

/** Stop, corridor, levels: each inside the one before. */
function isOrdered({ stops, breakout, levels }: GridPlan): boolean {
  const prices = [
    stops.lower.triggerPrice,
    breakout.lower,
    ...levels.map((level) => level.price),
    breakout.upper,
    stops.upper.triggerPrice,
  ].map((text) => price(text));
  return prices.every((value, i) => i === 0 || (prices[i - 1] ?? value) < value);
}
