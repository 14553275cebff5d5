/** Balances, positions and leverage in Binance USD-M's REST fields. */
import type { AccountView, LeverageBracket, PositionView } from '../../core/matching/types.ts';

import { tierOfFees } from '../fee-tiers.ts';
import { addMoney } from '../../core/money/arithmetic.ts';
import { money, moneyText } from '../../core/money/units.ts';
import type { MoneyText } from '../../core/money/units.ts';

type Json = Record<string, unknown>;

const addText = (a: MoneyText, b: MoneyText): MoneyText => moneyText(addMoney(money(a), money(b)));

/** Reply of GET account (v2 and v3). */
export function accountJson(account: AccountView, positions: readonly PositionView[]): Json {
  const totals = assetJson(account);
  return {
    feeTier: tierOfFees(account),
    canTrade: true,
    canDeposit: true,
    canWithdraw: false,
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
    totalInitialMargin: totals['initialMargin'],
    totalMaintMargin: account.maintenanceMargin,
    totalWalletBalance: account.walletBalance,
    totalUnrealizedProfit: account.unrealizedProfit,
    totalMarginBalance: account.marginBalance,
    totalPositionInitialMargin: account.positionInitialMargin,
    totalOpenOrderInitialMargin: account.openOrderInitialMargin,
    totalCrossWalletBalance: account.crossWalletBalance,
    totalCrossUnPnl: account.crossUnrealizedProfit,
    availableBalance: account.availableBalance,
    maxWithdrawAmount: account.availableBalance,
    assets: [totals],
    positions: positions.map(accountPositionJson),
  };
}

function assetJson(account: AccountView): Json {
  return {
    asset: account.asset,
    walletBalance: account.walletBalance,
    unrealizedProfit: account.unrealizedProfit,
    marginBalance: account.marginBalance,
    maintMargin: account.maintenanceMargin,
    initialMargin: addText(account.positionInitialMargin, account.openOrderInitialMargin),
    positionInitialMargin: account.positionInitialMargin,
    openOrderInitialMargin: account.openOrderInitialMargin,
    crossWalletBalance: account.crossWalletBalance,
    crossUnPnl: account.crossUnrealizedProfit,
    availableBalance: account.availableBalance,
    maxWithdrawAmount: account.availableBalance,
    marginAvailable: true,
    updateTime: account.updateTime,
  };
}

/** One row of GET balance. */
export const balanceJson = (account: AccountView): Json => ({
  accountAlias: account.accountId,
  asset: account.asset,
  balance: account.walletBalance,
  crossWalletBalance: account.crossWalletBalance,
  crossUnPnl: account.crossUnrealizedProfit,
  availableBalance: account.availableBalance,
  maxWithdrawAmount: account.availableBalance,
  marginAvailable: true,
  updateTime: account.updateTime,
});

function accountPositionJson(position: PositionView): Json {
  return {
    symbol: position.symbol,
    positionSide: 'BOTH',
    positionAmt: position.quantity,
    entryPrice: position.entryPrice,
    breakEvenPrice: position.entryPrice,
    unrealizedProfit: position.unrealizedProfit,
    isolatedMargin: position.isolatedMargin,
    isolatedWallet: position.isolatedWallet,
    isolated: position.marginType === 'ISOLATED',
    leverage: String(position.leverage),
    notional: position.notional,
    initialMargin: addText(position.initialMargin, position.openOrderInitialMargin),
    positionInitialMargin: position.initialMargin,
    openOrderInitialMargin: position.openOrderInitialMargin,
    maintMargin: position.maintenanceMargin,
    maxNotional: position.maxNotional,
    updateTime: position.updateTime,
  };
}

/** One row of GET positionRisk; v2 has the leverage fields, v3 has not. */
export function positionRiskJson(position: PositionView, version: number): Json {
  return {
    symbol: position.symbol,
    positionSide: 'BOTH',
    positionAmt: position.quantity,
    entryPrice: position.entryPrice,
    breakEvenPrice: position.entryPrice,
    markPrice: position.markPrice,
    unRealizedProfit: position.unrealizedProfit,
    liquidationPrice: position.liquidationPrice,
    isolatedMargin: position.isolatedMargin,
    notional: position.notional,
    isolatedWallet: position.isolatedWallet,
    updateTime: position.updateTime,
    ...(version >= 3 ? marginFieldsV3(position) : leverageFieldsV2(position)),
  };
}

const marginFieldsV3 = (position: PositionView): Json => ({
  marginAsset: 'USDT',
  initialMargin: addText(position.initialMargin, position.openOrderInitialMargin),
  maintMargin: position.maintenanceMargin,
  positionInitialMargin: position.initialMargin,
  openOrderInitialMargin: position.openOrderInitialMargin,
  adl: 0,
  bidNotional: '0',
  askNotional: '0',
});

const leverageFieldsV2 = (position: PositionView): Json => ({
  leverage: String(position.leverage),
  maxNotionalValue: position.maxNotional,
  marginType: position.marginType === 'ISOLATED' ? 'isolated' : 'cross',
  isAutoAddMargin: 'false',
  isolated: position.marginType === 'ISOLATED',
  adlQuantile: 0,
});

/** One row of GET symbolConfig. */
export const symbolConfigJson = (position: PositionView): Json => ({
  symbol: position.symbol,
  marginType: position.marginType,
  isAutoAddMargin: false,
  leverage: position.leverage,
  maxNotionalValue: position.maxNotional,
});

/** One row of GET leverageBracket. */
export const bracketsJson = (symbol: string, brackets: readonly LeverageBracket[]): Json => ({
  symbol,
  notionalCoef: 1,
  brackets: brackets.map((row) => ({
    bracket: row.bracket,
    initialLeverage: row.initialLeverage,
    notionalCap: Number(row.notionalCap),
    notionalFloor: Number(row.notionalFloor),
    maintMarginRatio: Number(row.maintMarginRatioPct) / 100,
    cum: Number(row.cum),
  })),
});
