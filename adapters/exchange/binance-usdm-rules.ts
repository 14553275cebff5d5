/** What exchangeInfo says of one instrument. */
import { ensureDefined } from '../../core/assert.ts';
import type { InstrumentRules } from '../../core/market/market.ts';
import { moneyOf, priceOf, quantityOf } from './binance-usdm-orders.ts';
import type { SymbolFilter, SymbolInfo } from './binance-usdm-schemas.ts';
import { VenueUnavailable } from './errors.ts';

type FilterField = Exclude<keyof SymbolFilter, 'filterType'>;

export function instrumentRules(
  info: SymbolInfo,
): Omit<InstrumentRules, 'makerFeeBps' | 'takerFeeBps'> {
  const text = (type: string, field: FilterField) => String(filterField(info, type, field));
  return {
    symbol: info.symbol,
    base: info.baseAsset,
    quote: info.quoteAsset,
    tickSize: priceOf(text('PRICE_FILTER', 'tickSize')),
    quantityStep: quantityOf(text('LOT_SIZE', 'stepSize')),
    minQuantity: quantityOf(text('LOT_SIZE', 'minQty')),
    maxQuantity: quantityOf(text('LOT_SIZE', 'maxQty')),
    minNotional: moneyOf(text('MIN_NOTIONAL', 'notional')),
    maxOpenOrders: Number(filterField(info, 'MAX_NUM_ORDERS', 'limit')),
    maxConditionalOrders: Number(filterField(info, 'MAX_NUM_ALGO_ORDERS', 'limit')),
    percentPricePct: percentPricePct(info),
  };
}

/** The narrower side; the venue's multipliers are fractions of the mark price. */
function percentPricePct(info: SymbolInfo): number {
  const up = Number(filterField(info, 'PERCENT_PRICE', 'multiplierUp'));
  const down = Number(filterField(info, 'PERCENT_PRICE', 'multiplierDown'));
  return Math.round(Math.min(up - 1, 1 - down) * 1e6) / 1e4;
}

function filterField(info: SymbolInfo, type: string, field: FilterField): string | number {
  const filter = info.filters.find((entry) => entry.filterType === type);
  const value = filter?.[field];
  if (value === undefined)
    throw new VenueUnavailable(`exchangeInfo: ${info.symbol} has no ${type}.${field}`);
  return ensureDefined(value, field);
}
