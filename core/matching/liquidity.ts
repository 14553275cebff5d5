/**
 * What a taker gets: the displayed size at the touch, then a stated linear impact. Beyond the touch
 * the price worsens by `impactBps` for every displayed size taken, so a chunk costs its midpoint,
 * rounded against the taker to a tick. Size that takers used stays used until the next step.
 */
import type { Side } from '../market/market.ts';
import { minQuantity, roundToStep, roundToTick } from '../money/arithmetic.ts';
import { SCALE, divide } from '../money/decimal-text.ts';
import type { Price, Quantity } from '../money/units.ts';
import { ZERO_QUANTITY } from '../money/units.ts';
import { fromBps, fromPct, shiftPrice } from './rates.ts';
import type { Rate } from './rates.ts';
import type { MatchingState, SymbolState } from './state.ts';
import { bookOf } from './state.ts';

export type Fill = { readonly price: Price; readonly quantity: Quantity };

type Touch = { readonly price: Price; readonly displayed: Quantity; readonly taken: Quantity };

function touchOf(symbol: SymbolState, side: Side): Touch {
  const book = bookOf(symbol);
  return side === 'buy'
    ? { price: book.ask, displayed: book.askQuantity, taken: symbol.askTaken }
    : { price: book.bid, displayed: book.bidQuantity, taken: symbol.bidTaken };
}

const isWorse = (side: Side, a: Price, b: Price): boolean => (side === 'buy' ? a > b : a < b);

/** The worst price of a market order: the protection distance from the mark, on the tick. */
export function protectedPrice(state: MatchingState, symbol: SymbolState, side: Side): Price {
  const distance = fromPct(state.config.priceProtectionPct);
  const worst = shiftPrice(bookOf(symbol).mark, (side === 'buy' ? distance : -distance) as Rate);
  return roundToTick(worst, symbol.rules.tick, side === 'buy' ? 'down' : 'up');
}

/** The fills that a taker would get down to its worst price (no limit when undefined); at most two. */
export function planTaker(
  state: MatchingState,
  symbol: SymbolState,
  side: Side,
  size: Quantity,
  worst: Price | undefined,
): Fill[] {
  const touch = touchOf(symbol, side);
  if (worst !== undefined && isWorse(side, touch.price, worst)) return [];
  const shown = touch.displayed > touch.taken ? touch.displayed - touch.taken : 0n;
  const atTouch = minQuantity(size, roundToStep(shown as Quantity, symbol.rules.step, 'down'));
  const fills: Fill[] = atTouch > 0n ? [{ price: touch.price, quantity: atTouch }] : [];
  const beyond = planBeyond(state, symbol, side, (size - atTouch) as Quantity, worst);
  return beyond === undefined ? fills : [...fills, beyond];
}

function planBeyond(
  state: MatchingState,
  symbol: SymbolState,
  side: Side,
  wanted: Quantity,
  worst: Price | undefined,
): Fill | undefined {
  const touch = touchOf(symbol, side);
  if (wanted === 0n || touch.displayed === 0n) return undefined;
  const impact = fromBps(state.config.impactBps);
  if (impact === 0n) return { price: touch.price, quantity: wanted };
  const start = touch.taken > touch.displayed ? touch.taken - touch.displayed : 0n;
  const reach = worst === undefined ? wanted : reachTo(symbol, touch, impact, worst, start);
  const size = minQuantity(wanted, reach);
  if (size <= 0n) return undefined;
  const moved = divide((2n * start + size) * impact, 2n * touch.displayed, 'half');
  return { price: worsen(symbol, side, touch.price, moved as Rate), quantity: size };
}

/** How much more can be taken before the marginal price passes the worst one. */
function reachTo(
  symbol: SymbolState,
  touch: Touch,
  impact: Rate,
  worst: Price,
  start: bigint,
): Quantity {
  const distance = worst > touch.price ? worst - touch.price : touch.price - worst;
  const depth = (distance * touch.displayed * SCALE) / (touch.price * impact);
  const reach = roundToStep((depth - start) as Quantity, symbol.rules.step, 'down');
  return reach > 0n ? reach : ZERO_QUANTITY;
}

/** The price moved against the taker and rounded against it, never below one tick. */
function worsen(symbol: SymbolState, side: Side, from: Price, by: Rate): Price {
  const { tick } = symbol.rules;
  if (side === 'buy') return roundToTick(shiftPrice(from, by), tick, 'up');
  const lower = roundToTick(shiftPrice(from, -by as Rate), tick, 'down');
  return lower < tick ? tick : lower;
}

/** Whether not even the touch is within the worst price. */
export const isTouchBeyond = (symbol: SymbolState, side: Side, worst: Price): boolean =>
  isWorse(side, touchOf(symbol, side).price, worst);

/** The fills of a liquidation: all of it, whatever the price; an empty touch trades at its price. */
export function planLiquidation(
  state: MatchingState,
  symbol: SymbolState,
  side: Side,
  size: Quantity,
): Fill[] {
  const plan = planTaker(state, symbol, side, size, undefined);
  const planned = plan.reduce<bigint>((sum, fill) => sum + fill.quantity, 0n);
  if (planned === size) return plan;
  return [...plan, { price: touchOf(symbol, side).price, quantity: (size - planned) as Quantity }];
}

/** Marks displayed size as used until the next step. */
export function consume(symbol: SymbolState, side: Side, size: Quantity): void {
  if (side === 'buy') symbol.askTaken = (symbol.askTaken + size) as Quantity;
  else symbol.bidTaken = (symbol.bidTaken + size) as Quantity;
}
