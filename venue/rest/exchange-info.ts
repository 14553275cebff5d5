/** GET exchangeInfo: the instruments with their filters, and the venue's limits. */
import type { InstrumentRules } from '../../core/market/market.ts';
import type { SymbolStatus } from '../../core/matching/types.ts';
import { parseDecimal } from '../../core/money/decimal-text.ts';
import { textFromNumber } from '../../core/money/units.ts';
import type { VenueSettings } from '../options.ts';

type Json = Record<string, unknown>;

const ORDER_TYPES = [
  'LIMIT',
  'MARKET',
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
];
const PERPETUAL_DELIVERY = 4_133_404_800_000;
const LISTED_SINCE = 1_569_398_400_000;

export type ListedSymbol = { readonly rules: InstrumentRules; readonly status: SymbolStatus };

export function exchangeInfoJson(
  symbols: readonly ListedSymbol[],
  limits: VenueSettings['limits'],
  serverTime: number,
): Json {
  return {
    timezone: 'UTC',
    serverTime,
    futuresType: 'U_MARGINED',
    rateLimits: [
      limit('REQUEST_WEIGHT', 'MINUTE', 1, limits.weightPerMinute),
      limit('ORDERS', 'MINUTE', 1, limits.ordersPerMinute),
      limit('ORDERS', 'SECOND', 10, limits.ordersPer10s),
    ],
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '0' }],
    symbols: symbols.map(symbolJson),
  };
}

const limit = (
  rateLimitType: string,
  interval: string,
  intervalNum: number,
  max: number,
): Json => ({
  rateLimitType,
  interval,
  intervalNum,
  limit: max,
});

function symbolJson({ rules, status }: ListedSymbol): Json {
  return {
    symbol: rules.symbol,
    pair: rules.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: PERPETUAL_DELIVERY,
    onboardDate: LISTED_SINCE,
    status,
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: rules.base,
    quoteAsset: rules.quote,
    marginAsset: rules.quote,
    pricePrecision: decimals(rules.tickSize),
    quantityPrecision: decimals(rules.quantityStep),
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: ['PoW'],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10_000,
    filters: filtersOf(rules),
    orderTypes: ORDER_TYPES,
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
    permissionSets: ['GRID', 'COPY'],
  };
}

function filtersOf(rules: InstrumentRules): Json[] {
  const lot = {
    minQty: rules.minQuantity,
    maxQty: rules.maxQuantity,
    stepSize: rules.quantityStep,
  };
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: rules.tickSize,
      maxPrice: '10000000',
      tickSize: rules.tickSize,
    },
    { filterType: 'LOT_SIZE', ...lot },
    { filterType: 'MARKET_LOT_SIZE', ...lot },
    { filterType: 'MAX_NUM_ORDERS', limit: rules.maxOpenOrders },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: rules.maxConditionalOrders },
    { filterType: 'MIN_NOTIONAL', notional: rules.minNotional },
    {
      filterType: 'PERCENT_PRICE',
      multiplierUp: textFromNumber(1 + rules.percentPricePct / 100),
      multiplierDown: textFromNumber(1 - rules.percentPricePct / 100),
      multiplierDecimal: '4',
    },
  ];
}

/** Decimal places of a tick or step. */
function decimals(text: string): number {
  const scaled = parseDecimal(text) ?? 0n;
  if (scaled === 0n) return 0;
  const fraction = text.split('.')[1] ?? '';
  return fraction.replace(/0+$/, '').length;
}
