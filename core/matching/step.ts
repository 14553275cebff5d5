/**
 * One market step. Resting orders were in the book when it traded, so they come first; then the
 * conditional orders that it reaches; then liquidation, which so comes after the stops.
 */
import type { MarketStep, Side } from '../market/market.ts';
import { minQuantity, roundToStep } from '../money/arithmetic.ts';
import type { Quantity } from '../money/units.ts';
import { ZERO_QUANTITY } from '../money/units.ts';
import { executeTrade } from './execution.ts';
import { liquidateHolders } from './liquidation.ts';
import { fromPct, shareOf } from './rates.ts';
import { isThrough, ordersOn } from './resting.ts';
import type { Run } from './run.ts';
import type { SymbolState } from './state.ts';
import { bookOf, opposite, remaining, symbolOf } from './state.ts';
import { triggerConditionals } from './triggers.ts';

export function applyStep(run: Run, step: MarketStep): void {
  const symbol = symbolOf(run.state, step.symbol);
  symbol.step = step;
  symbol.book = undefined;
  symbol.bidTaken = ZERO_QUANTITY;
  symbol.askTaken = ZERO_QUANTITY;
  if (symbol.status !== 'TRADING') return;
  if (symbol.buys.length > 0 || symbol.sells.length > 0) fillResting(run, symbol, step.takerSide);
  if (symbol.algos.length > 0) triggerConditionals(run, symbol);
  if (symbol.holders.size > 0) liquidateHolders(run, symbol);
}

/**
 * Fills what the step went strictly through, in price-time order over all accounts, up to the
 * participating share of the printed quantity. The side that the printed taker hit comes first.
 */
function fillResting(run: Run, symbol: SymbolState, takerSide: Side): void {
  const share = shareOf(bookOf(symbol).lastQuantity, fromPct(run.state.config.participationPct));
  const printed = roundToStep(share, symbol.rules.step, 'down');
  const left = fillSide(run, symbol, opposite(takerSide), printed);
  fillSide(run, symbol, takerSide, left);
}

/** Returns what is left of the printed quantity. */
function fillSide(run: Run, symbol: SymbolState, side: Side, printed: Quantity): Quantity {
  const book = bookOf(symbol);
  const orders = ordersOn(symbol, side);
  let left = printed;
  let [best] = orders;
  // Each round fills the best order or uses the print up, so this ends.
  while (best !== undefined && left > 0n && isThrough(book, best)) {
    const size = minQuantity(left, remaining(best));
    executeTrade(run, best, { price: best.price, quantity: size }, true);
    left = (left - size) as Quantity;
    [best] = orders;
  }
  return left;
}
