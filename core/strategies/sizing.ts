/** How much one plan may hold: position size is initial margin over equity. */
import type { Refusal } from './decision-codes.ts';
import type { SizingConfig } from './strategy-config.ts';
import type { InstrumentRules } from '../market/market.ts';
import {
  minQuantity,
  notional,
  quantityFor,
  roundToStep,
  scaleMoney,
} from '../money/arithmetic.ts';
import { money, moneyText, quantity } from '../money/units.ts';
import type { Money, MoneyText, Price, Quantity } from '../money/units.ts';

const PERCENT_SCALE = 1_000_000;

/** Percent of an amount, to 1e-6 percent. */
export function percentOf(amount: Money, percent: number): Money {
  return scaleMoney(amount, BigInt(Math.round(percent * PERCENT_SCALE)), 100_000_000n);
}

/** The notional of one plan: equity × `positionSizePct` × leverage. */
export function planNotional(equity: MoneyText, sizing: SizingConfig): Money {
  return percentOf(money(equity), sizing.positionSizePct * sizing.leverage);
}

/**
 * The most that fits: a notional spread over orders whose prices add up to `priceSum`, in whole
 * steps; undefined when an order at `lowestPrice` would miss a minimum of the venue.
 */
export function orderQuantity(
  amount: Money,
  priceSum: Price,
  lowestPrice: Price,
  rules: InstrumentRules,
): Quantity | undefined {
  const wanted = roundToStep(quantityFor(amount, priceSum), quantity(rules.quantityStep), 'down');
  const size = minQuantity(wanted, quantity(rules.maxQuantity));
  return size >= smallestQuantity(lowestPrice, rules) ? size : undefined;
}

/** The smallest order that the venue takes at a price. */
function smallestQuantity(price: Price, rules: InstrumentRules): Quantity {
  const byNotional = quantityFor(money(rules.minNotional), price);
  const rounded = roundToStep(byNotional, quantity(rules.quantityStep), 'up');
  const least = quantity(rules.minQuantity);
  return rounded > least ? rounded : least;
}

/** The refusal with both figures: what the size allows and what the venue wants. */
export function belowVenueMinimum(
  amount: Money,
  lowestPrice: Price,
  rules: InstrumentRules,
  sizing: SizingConfig,
): Refusal {
  const needed = notional(lowestPrice, smallestQuantity(lowestPrice, rules));
  return {
    code: 'SIZE_BELOW_VENUE_MINIMUM',
    reason:
      `The size allows ${inCents(amount)} ${rules.quote} ` +
      `(${sizing.positionSizePct} % of equity at leverage ${sizing.leverage}); ` +
      `the smallest order of ${rules.symbol} is ${inCents(needed)} ${rules.quote}.`,
  };
}

/** Money to the cent, for sentences. */
function inCents(amount: Money): string {
  return Number(moneyText(amount)).toFixed(2);
}
