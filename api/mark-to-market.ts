/** What a position is worth now and how far its stop is. */
import { notional, ratio, subtractMoney } from '../core/money/arithmetic.ts';
import { moneyText, price, quantity } from '../core/money/units.ts';
import type { MoneyText, PriceText } from '../core/money/units.ts';
import type { SymbolStatus } from '../core/market/watch.ts';

type Held = Pick<SymbolStatus, 'positionQuantity' | 'entryPrice'>;

export function sideOf(positionQuantity: string): 'LONG' | 'SHORT' | 'FLAT' {
  const held = quantity(positionQuantity);
  if (held === 0n) return 'FLAT';
  return held > 0n ? 'LONG' : 'SHORT';
}

/** Before fees; zero when flat, null when entry or mark is not known. */
export function floatingProfit(
  { positionQuantity, entryPrice }: Held,
  mark: PriceText | null,
): MoneyText | null {
  const held = quantity(positionQuantity);
  if (held === 0n) return '0' as MoneyText;
  if (entryPrice === null || mark === null) return null;
  return moneyText(subtractMoney(notional(price(mark), held), notional(price(entryPrice), held)));
}

/** The stop on the losing side of the position; null when flat or without one. */
export function protectingStop(
  status: Pick<SymbolStatus, 'positionQuantity' | 'protectiveStops'>,
): string | null {
  const side = sideOf(status.positionQuantity);
  if (side === 'FLAT') return null;
  const closing = side === 'LONG' ? 'sell' : 'buy';
  return status.protectiveStops.find((stop) => stop.side === closing)?.triggerPrice ?? null;
}

/** From mark to stop in percent of the mark, positive while the stop is not reached. */
export function stopDistancePct(
  positionQuantity: string,
  stopPrice: string,
  mark: PriceText | null,
): number | null {
  if (mark === null) return null;
  const [at, stop] = [price(mark), price(stopPrice)];
  const room = sideOf(positionQuantity) === 'LONG' ? at - stop : stop - at;
  return roundPct(ratio(room, at) * 100);
}

const roundPct = (value: number): number => Math.round(value * 10_000) / 10_000;
