/** The scalp planner: an immediate-or-cancel entry with its stop, target, trail and time limit. */
import type { Refusal } from './decision-codes.ts';
import type { ScalpPlan } from './plans.ts';
import type { ScalpSignal } from './scalp-signal.ts';
import { belowVenueMinimum, orderQuantity, planNotional } from './sizing.ts';
import type { ScalpingConfig, StrategyConfig } from './strategy-config.ts';
import type { EpochMs, InstrumentRules, Quote } from '../market/market.ts';
import { roundTripCostsPct, spreadPct } from '../market/trading-costs.ts';
import { movePriceBps, roundToTick } from '../money/arithmetic.ts';
import { price, priceText, quantityText } from '../money/units.ts';
import type { MoneyText, Price } from '../money/units.ts';

export type ScalpPlanInput = {
  readonly planId: string;
  readonly marketTime: EpochMs;
  readonly quote: Quote;
  readonly signal: ScalpSignal;
  readonly rules: InstrumentRules;
  readonly equity: MoneyText;
  readonly config: StrategyConfig;
};

/** The trail begins at this share of the target at the latest. */
const TRAIL_START_OF_TARGET = 0.6;
const TRAIL_STEPS = 10;

/** Plans an entry; refuses with SKIP_FEES_EXCEED_TARGET or SIZE_BELOW_VENUE_MINIMUM. */
export function planScalp(input: ScalpPlanInput): ScalpPlan | Refusal {
  const { rules, config, quote, signal } = input;
  const fees =
    feesExceedTarget(config.scalping, rules, quote) ?? edgeTooSmall(config, rules, quote);
  if (fees !== null) return fees;
  const amount = planNotional(input.equity, config.risk);
  const tick = price(rules.tickSize);
  const touch = price(signal.side === 'buy' ? quote.ask : quote.bid);
  const entry = entryLimit(touch, signal.side, config.scalping.entryCollarBps, tick);
  const dearest = entry > touch ? entry : touch;
  const cheapest = entry < touch ? entry : touch;
  const size = orderQuantity(amount, dearest, cheapest, rules);
  if (size === undefined) return belowVenueMinimum(amount, cheapest, rules, config.risk);
  return {
    planId: input.planId,
    side: signal.side,
    quantity: quantityText(size),
    entryPrice: priceText(entry),
    ...exits(input, touch, tick),
    holdUntil: input.marketTime + config.scalping.maxHoldMinutes * 60_000,
    cooldownMs: config.scalping.cooldownS * 1_000,
    confidence: signal.confidence,
    createdAt: input.marketTime,
  };
}

/** The touch and a small collar, rounded back towards the touch. */
function entryLimit(touch: Price, side: 'buy' | 'sell', collarBps: number, tick: Price): Price {
  return side === 'buy'
    ? roundToTick(movePriceBps(touch, collarBps), tick, 'down')
    : roundToTick(movePriceBps(touch, -collarBps), tick, 'up');
}

/** Stop rounded towards the entry, target away from it, both measured from the touch. */
function exits(
  { config, signal }: ScalpPlanInput,
  touch: Price,
  tick: Price,
): Pick<ScalpPlan, 'stopPrice' | 'targetPrice' | 'trail'> {
  const { profitTargetPct, stopLossPct, trailingStop } = config.scalping;
  const [sign, away, back] =
    signal.side === 'buy' ? ([1, 'up', 'up'] as const) : ([-1, 'down', 'down'] as const);
  const at = (pct: number, rounding: 'down' | 'up'): Price =>
    roundToTick(movePriceBps(touch, sign * pct * 100), tick, rounding);
  const distance = roundToTick(
    (movePriceBps(touch, stopLossPct * 100) - touch) as Price,
    tick,
    'up',
  );
  const activatePct = Math.min(stopLossPct, profitTargetPct * TRAIL_START_OF_TARGET);
  const step = roundToTick((distance / BigInt(TRAIL_STEPS)) as Price, tick, 'up');
  return {
    stopPrice: priceText(at(-stopLossPct, back)),
    targetPrice: priceText(at(profitTargetPct, away)),
    trail: trailingStop
      ? {
          activateAt: priceText(at(activatePct, away)),
          distance: priceText(distance),
          step: priceText(step),
        }
      : null,
  };
}

/**
 * Refuses an entry that pays mostly the venue. Costs: taker fee in and out, and the spread once.
 * Wins needed to break even = (stop + costs) / (stop + target).
 */
function feesExceedTarget(
  scalping: ScalpingConfig,
  rules: InstrumentRules,
  quote: Quote,
): Refusal | null {
  const { profitTargetPct, stopLossPct, maxBreakevenWinRate } = scalping;
  const costsPct = (2 * rules.takerFeeBps) / 100 + spreadPct(quote);
  const winRate = (stopLossPct + costsPct) / (stopLossPct + profitTargetPct);
  if (costsPct < profitTargetPct && winRate <= maxBreakevenWinRate) return null;
  return {
    code: 'SKIP_FEES_EXCEED_TARGET',
    reason:
      `Target ${profitTargetPct} %, stop ${stopLossPct} % and costs of ${costsPct.toFixed(3)} % ` +
      `need ${(winRate * 100).toFixed(0)} % wins to break even; ` +
      `${(maxBreakevenWinRate * 100).toFixed(0)} % is the most allowed.`,
  };
}

/** P29: the gate would deny it. */
function edgeTooSmall(
  { scalping, minEdgeMultiple }: StrategyConfig,
  rules: InstrumentRules,
  quote: Quote,
): Refusal | null {
  const costsPct = roundTripCostsPct(rules, quote, 'taker');
  if (scalping.profitTargetPct >= minEdgeMultiple * costsPct) return null;
  return {
    code: 'SKIP_FEES_EXCEED_TARGET',
    reason:
      `Target ${scalping.profitTargetPct} % is less than ${minEdgeMultiple} times the costs of ` +
      `${costsPct.toFixed(3)} % (fees in and out, half the spread).`,
  };
}
