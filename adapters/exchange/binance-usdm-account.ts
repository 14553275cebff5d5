/** Position, balance and settings of a Binance USD-M account. */
import type { MoneyText, QuantityText } from '../../core/money/units.ts';
import { z } from 'zod';
import type { Income, IncomeKind } from '../../core/portfolio/income.ts';
import type { VenuePosition } from '../ports.ts';
import { moneyOf, priceOf, priceOrNull, quantityOf } from './binance-usdm-orders.ts';
import {
  accountSchema,
  incomeSchema,
  positionModeSchema,
  positionRiskSchema,
  premiumIndexSchema,
  symbolConfigSchema,
} from './binance-usdm-schemas.ts';
import { VenueUnavailable } from './errors.ts';
import type { Exchange } from './exchange-client.ts';
import { read } from './reply.ts';
import { PAGE_ROWS } from './venue-wire.ts';
import type { SymbolSettings, VenueReads, WalletChange } from './venue-wire.ts';

const QUOTE_ASSET = 'USDT';

export const binanceUsdmAccount = (
  exchange: Exchange,
): Pick<VenueReads, 'position' | 'equity' | 'incomes' | 'settings' | 'oneWay'> => ({
  position: (symbol) => position(exchange, symbol),
  equity: () => equity(exchange),
  incomes: async (since) => {
    const parameters = { startTime: since, limit: PAGE_ROWS };
    const ask = () => exchange.fapiPrivateGetIncome(parameters);
    return (await read(z.array(incomeSchema), 'income', ask)).map(toWalletChange);
  },
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

const OF_TRADES: ReadonlySet<string> = new Set(['REALIZED_PNL', 'COMMISSION']);
const TRANSFERS = /TRANSFER|DEPOSIT|WITHDRAW|AUTO_EXCHANGE/;

const toWalletChange = (row: z.output<typeof incomeSchema>): WalletChange => ({
  time: row.time,
  income: OF_TRADES.has(row.incomeType) ? null : toIncome(row),
});

const toIncome = (row: z.output<typeof incomeSchema>): Income => ({
  transactionId: row.tranId,
  kind: incomeKind(row.incomeType),
  venueType: row.incomeType,
  symbol: row.symbol === '' ? null : row.symbol,
  asset: row.asset,
  amount: moneyOf(row.income),
  eventTime: row.time,
});

function incomeKind(venueType: string): IncomeKind {
  if (venueType === 'FUNDING_FEE') return 'funding';
  if (venueType === 'INSURANCE_CLEAR') return 'liquidationFee';
  return TRANSFERS.test(venueType) ? 'transfer' : 'other';
}
