/** When a standing grid is placed anew around the mid. */
import type { EvaluateRequest } from './plans.ts';
import type { Quote } from '../market/market.ts';
import { toNumber } from '../money/arithmetic.ts';
import { money, price } from '../money/units.ts';

/** Market time between two grids of a symbol. */
const RESET_INTERVAL_MS = 300_000;

/**
 * Why the grid is due for a reset, as a sentence, or null. Only without inventory (every level
 * armed), at most once in 5 market minutes, and only when the mid left the innermost levels or the
 * grid earned its reset profit.
 */
export function gridResetReason(
  grid: NonNullable<EvaluateRequest['grid']>,
  quote: Quote,
  marketTime: number,
): string | null {
  if (!grid.allArmed || marketTime - grid.createdAt < RESET_INTERVAL_MS) return null;
  if (money(grid.netProfit) >= money(grid.resetProfit)) {
    return `The grid earned ${grid.netProfit}, its reset profit is ${grid.resetProfit}.`;
  }
  const centre = toNumber(price(grid.centre));
  const steps = Math.abs(midOf(quote) - centre) / toNumber(price(grid.step));
  if (steps <= 1) return null;
  return `The mid is ${steps.toFixed(2)} steps from the centre ${grid.centre}.`;
}

/** Mean of best bid and ask, as a number. */
function midOf(quote: Quote): number {
  return (toNumber(price(quote.bid)) + toNumber(price(quote.ask))) / 2;
}
