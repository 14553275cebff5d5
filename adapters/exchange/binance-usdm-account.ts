/** Position, balance and settings of a Binance USD-M account. */
import type { MoneyText, QuantityText } from '../../core/money/units.ts';
import type { VenuePosition } from '../ports.ts';
import { moneyOf, priceOf, priceOrNull, quantityOf } from './binance-usdm-orders.ts';
import {
  accountSchema,
  positionModeSchema,
  positionRiskSchema,
  premiumIndexSchema,
  symbolConfigSchema,
} from './binance-usdm-schemas.ts';
import { VenueUnavailable } from './errors.ts';
import type { Exchange } from './exchange-client.ts';
import { read } from './reply.ts';
import type { SymbolSettings, VenueReads } from './venue-wire.ts';

const QUOTE_ASSET = 'USDT';

export const binanceUsdmAccount = (
  exchange: Exchange,
): Pick<VenueReads, 'position' | 'equity' | 'settings' | 'oneWay'> => ({
  position: (symbol) => position(exchange, symbol),
  equity: () => equity(exchange),
  settings: (symbol) => settings(exchange, symbol),
  oneWay: async () => {
    const ask = () => exchange.fapiPrivateGetPositionSideDual();
    return !(await read(positionModeSchema, 'positionSide', ask)).dualSidePosition;
  },
});

/** The list leaves out symbols without position and orders: that is a position of zero. */
async function position(exchange: Exchange, symbol: string): Promise<VenuePosition> {
  const askRisk = () => exchange.fapiPrivateV3GetPositionRisk({ symbol });
  const askMark = () => exchange.fapiPublicGetPremiumIndex({ symbol });
  const [rows, { leverage, marginMode }, mark] = await Promise.all([
    read(positionRiskSchema, 'positionRisk', askRisk),
    settings(exchange, symbol),
    read(premiumIndexSchema, 'premiumIndex', askMark),
  ]);
  const row = rows.find((entry) => entry.symbol === symbol && entry.positionSide === 'BOTH');
  return {
    quantity: row === undefined ? ('0' as QuantityText) : quantityOf(row.positionAmt),
    entryPrice: row === undefined ? null : priceOrNull(row.entryPrice),
    markPrice: priceOf(mark.markPrice),
    unrealisedProfit: row === undefined ? ('0' as MoneyText) : moneyOf(row.unRealizedProfit),
    leverage,
    marginMode,
  };
}

async function equity(exchange: Exchange): ReturnType<VenueReads['equity']> {
  const ask = () => exchange.fapiPrivateV3GetAccount();
  const { assets } = await read(accountSchema, 'account', ask);
  const asset = assets.find((entry) => entry.asset === QUOTE_ASSET);
  if (asset === undefined) throw new VenueUnavailable(`account: no ${QUOTE_ASSET} balance`);
  return { wallet: moneyOf(asset.walletBalance), equity: moneyOf(asset.marginBalance) };
}

async function settings(exchange: Exchange, symbol: string): Promise<SymbolSettings> {
  const ask = () => exchange.fapiPrivateGetSymbolConfig({ symbol });
  const rows = await read(symbolConfigSchema, 'symbolConfig', ask);
  const row = rows.find((entry) => entry.symbol === symbol);
  if (row === undefined) throw new VenueUnavailable(`symbolConfig: no row for ${symbol}`);
  return {
    marginMode: row.marginType === 'ISOLATED' ? 'isolated' : 'cross',
    leverage: row.leverage,
  };
}
