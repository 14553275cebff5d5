/**
 * Rules of the USD-M perpetuals that the simulated markets trade. Ticks, steps, minimum notionals
 * and price bands are those of Binance USD-M as of 2025; fees are its regular tier.
 */
import { ensureDefined } from '../assert.ts';
import type { MoneyText, PriceText, QuantityText } from '../money/units.ts';
import type { InstrumentRules } from './market.ts';

type Row = readonly [
  base: string,
  tickSize: string,
  quantityStep: string,
  maxQuantity: string,
  minNotional: string,
  percentPricePct: number,
];

const ROWS: readonly Row[] = [
  ['BTC', '0.1', '0.001', '1000', '100', 5],
  ['ETH', '0.01', '0.001', '10000', '20', 5],
  ['SOL', '0.01', '0.01', '1000000', '5', 5],
  ['BNB', '0.01', '0.01', '100000', '5', 5],
  ['XRP', '0.0001', '0.1', '10000000', '5', 5],
  ['ADA', '0.0001', '1', '2000000', '5', 10],
  ['AVAX', '0.001', '1', '1000000', '5', 10],
  ['DOGE', '0.00001', '1', '50000000', '5', 10],
  ['DOT', '0.001', '0.1', '1000000', '5', 10],
  ['LINK', '0.001', '0.01', '100000', '20', 10],
  ['LTC', '0.01', '0.001', '10000', '20', 10],
  ['NEAR', '0.001', '1', '1000000', '5', 10],
  ['BCH', '0.01', '0.001', '10000', '20', 10],
  ['TRX', '0.00001', '1', '10000000', '5', 10],
  ['UNI', '0.001', '1', '1000000', '5', 10],
  ['ATOM', '0.001', '0.01', '100000', '5', 10],
];

/** Every instrument of the simulated USD-M venue. */
export const INSTRUMENTS: readonly InstrumentRules[] = ROWS.map(toRules);

/** The rules of a symbol such as `BTCUSDT`; undefined when the simulated venue does not list it. */
export function findInstrument(symbol: string): InstrumentRules | undefined {
  return INSTRUMENTS.find((rules) => rules.symbol === symbol);
}

/** The rules of a symbol that is known to be listed; asserts otherwise. */
export function instrumentOf(symbol: string): InstrumentRules {
  return ensureDefined(findInstrument(symbol), `no instrument ${symbol}`);
}

function toRules([
  base,
  tick,
  step,
  maxQuantity,
  minNotional,
  percentPricePct,
]: Row): InstrumentRules {
  return {
    symbol: `${base}USDT`,
    base,
    quote: 'USDT',
    tickSize: tick as PriceText,
    quantityStep: step as QuantityText,
    minQuantity: step as QuantityText,
    maxQuantity: maxQuantity as QuantityText,
    minNotional: minNotional as MoneyText,
    maxOpenOrders: 200,
    maxConditionalOrders: 10,
    percentPricePct,
    makerFeeBps: 2,
    takerFeeBps: 5,
  };
}
