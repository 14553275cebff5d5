/** What an order must satisfy before margin is looked at: numbers, filters, client ids, limits. */
import type { Side } from '../market/market.ts';
import { SCALE, parseDecimal } from '../money/decimal-text.ts';
import { notional, roundToTick } from '../money/arithmetic.ts';
import type { Price, Quantity } from '../money/units.ts';
import { priceText } from '../money/units.ts';
import type { Rejection } from './commands.ts';
import { fromPct, shiftPrice } from './rates.ts';
import type { Rate } from './rates.ts';
import * as rejections from './rejections.ts';
import type { Account, SymbolState } from './state.ts';
import { bookOf, clientKey, isWorking } from './state.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

export const isRejection = (value: object | bigint): value is Rejection =>
  typeof value === 'object' && 'ok' in value && value.ok === false;

/** The scaled number of a request text; more than 12 decimals is a precision error. */
function parseField(name: string, text: string | undefined): bigint | Rejection {
  if (text === undefined || text === '') return rejections.missingParameter(name);
  const parsed = parseDecimal(text);
  if (parsed !== undefined) return parsed;
  return NUMBER.test(text) ? rejections.BAD_PRECISION : rejections.illegalParameter(name);
}

/** A positive multiple of the tick. Prices may carry one decimal more than the tick before -1111. */
export function parsePriceField(
  symbol: SymbolState,
  name: string,
  text: string | undefined,
): Price | Rejection {
  const parsed = parseField(name, text);
  if (isRejection(parsed)) return parsed;
  if (parsed <= 0n) {
    return name === 'price' ? rejections.PRICE_NOT_POSITIVE : rejections.STOP_PRICE_NOT_POSITIVE;
  }
  const { tick } = symbol.rules;
  if (parsed % tick === 0n) return parsed as Price;
  return parsed % (decimalUnit(tick) / 10n || 1n) === 0n
    ? rejections.BAD_TICK
    : rejections.BAD_PRECISION;
}

/** A positive multiple of the step within the lot limits. */
export function parseQuantityField(
  symbol: SymbolState,
  text: string | undefined,
): Quantity | Rejection {
  const parsed = parseField('quantity', text);
  if (isRejection(parsed)) return parsed;
  if (parsed <= 0n) return rejections.QUANTITY_NOT_POSITIVE;
  const { step, minQuantity, maxQuantity } = symbol.rules;
  if (parsed % decimalUnit(step) !== 0n) return rejections.BAD_PRECISION;
  if (parsed < minQuantity) return rejections.QUANTITY_TOO_SMALL;
  if (parsed > maxQuantity) return rejections.QUANTITY_TOO_BIG;
  return parsed % step === 0n ? (parsed as Quantity) : rejections.BAD_STEP;
}

/** The last decimal place that a step uses: 0.025 has 0.001. */
function decimalUnit(step: bigint): bigint {
  let unit = SCALE;
  while (step % unit !== 0n) unit /= 10n;
  return unit;
}

/** PERCENT_PRICE: a buy not too far above, a sell not too far below the mark. */
export function checkPercentPrice(
  symbol: SymbolState,
  side: Side,
  limit: Price,
): Rejection | undefined {
  const { tick } = symbol.rules;
  const distance = fromPct(symbol.instrument.percentPricePct);
  const { mark } = bookOf(symbol);
  if (side === 'buy') {
    const highest = roundToTick(shiftPrice(mark, distance), tick, 'down');
    return limit > highest ? rejections.priceTooHigh(priceText(highest)) : undefined;
  }
  const lowest = roundToTick(shiftPrice(mark, -distance as Rate), tick, 'up');
  return limit < lowest ? rejections.priceTooLow(priceText(lowest)) : undefined;
}

export const checkMinNotional = (
  symbol: SymbolState,
  at: Price,
  size: Quantity,
): Rejection | undefined =>
  notional(at, size) < symbol.rules.minNotional
    ? rejections.minNotional(symbol.instrument.minNotional)
    : undefined;

/** A client id is well formed and not that of an order that still works on the symbol. */
export function checkClientOrderId(
  account: Account,
  symbol: string,
  clientId: string | undefined,
): Rejection | undefined {
  if (clientId === undefined) return undefined;
  if (!CLIENT_ID.test(clientId)) return rejections.BAD_CLIENT_ID;
  const namesake = account.ordersByClientId.get(clientKey(symbol, clientId));
  return namesake !== undefined && isWorking(namesake) ? rejections.DUPLICATE_CLIENT_ID : undefined;
}

/** The same for conditional orders, whose client ids are a space of their own over all symbols. */
export function checkClientAlgoId(
  account: Account,
  clientId: string | undefined,
): Rejection | undefined {
  if (clientId === undefined) return undefined;
  if (!CLIENT_ID.test(clientId)) return rejections.BAD_CLIENT_ID;
  return account.algosByClientId.get(clientId)?.status === 'NEW'
    ? rejections.DUPLICATE_CLIENT_ID
    : undefined;
}

/** Whether the account has room for one more of its kind on the symbol. */
export function hasRoom(
  kind: Iterable<{ readonly symbol: string }>,
  symbol: string,
  limit: number,
): boolean {
  let count = 0;
  for (const item of kind) if (item.symbol === symbol) count += 1;
  return count < limit;
}
