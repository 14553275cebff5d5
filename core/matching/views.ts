/** Internal records as the texts that callers see. */
import { SCALE, divide } from '../money/decimal-text.ts';
import { absMoney, addMoney } from '../money/arithmetic.ts';
import type { Money, Price, Quantity } from '../money/units.ts';
import { ZERO_MONEY, moneyText, priceText, quantityText } from '../money/units.ts';
import {
  available,
  crossWallet,
  liquidationPrice,
  maintenanceMargin,
  markNotional,
  maxNotional,
  openOrderMargin,
  positionMargin,
  unrealized,
} from './margin.ts';
import type { Account, Algo, MatchingState, Order, Position } from './state.ts';
import { bookOf, symbolOf } from './state.ts';
import type { AccountView, AlgoView, OrderView, PositionUpdate, PositionView } from './types.ts';

/** Average price of an amount over a quantity, to 1e-12; "0" for none. */
const average = (amount: Money, size: Quantity): Price =>
  (size === 0n ? 0n : divide(amount * SCALE, size, 'half')) as Price;

export const orderView = (order: Order): OrderView => ({
  accountId: order.accountId,
  symbol: order.symbol,
  orderId: order.orderId,
  clientOrderId: order.clientOrderId,
  side: order.side,
  type: order.type,
  origType: order.origType,
  timeInForce: order.timeInForce,
  status: order.status,
  price: priceText(order.price),
  avgPrice: priceText(average(order.cumQuote, order.executed)),
  origQty: quantityText(order.quantity),
  executedQty: quantityText(order.executed),
  cumQuote: moneyText(order.cumQuote),
  reduceOnly: order.reduceOnly,
  closePosition: order.closePosition,
  stopPrice: priceText(order.stopPrice),
  workingType: order.workingType,
  ...(order.algoId === 0 ? {} : { algoId: order.algoId }),
  ...(order.liquidation ? { liquidation: true } : {}),
  ...(order.selfTradePrevention === undefined
    ? {}
    : { selfTradePrevention: order.selfTradePrevention }),
  ...(order.expiredInMatch === true ? { expiredInMatch: true } : {}),
  time: order.time,
  updateTime: order.updateTime,
});

export const algoView = (algo: Algo): AlgoView => ({
  accountId: algo.accountId,
  symbol: algo.symbol,
  algoId: algo.algoId,
  clientAlgoId: algo.clientAlgoId,
  orderType: algo.orderType,
  side: algo.side,
  timeInForce: algo.timeInForce,
  status: algo.status,
  quantity: quantityText(algo.quantity),
  price: priceText(algo.price),
  triggerPrice: priceText(algo.triggerPrice),
  workingType: algo.workingType,
  reduceOnly: algo.reduceOnly,
  closePosition: algo.closePosition,
  ...(algo.callbackRatePct === ''
    ? {}
    : { activatePrice: priceText(algo.activatePrice), callbackRatePct: algo.callbackRatePct }),
  ...(algo.actualOrderId === 0 ? {} : { actualOrderId: algo.actualOrderId }),
  actualPrice: priceText(average(algo.actualQuote, algo.actualQty)),
  actualQty: quantityText(algo.actualQty),
  ...(algo.failReason === '' ? {} : { failReason: algo.failReason }),
  createTime: algo.createTime,
  updateTime: algo.updateTime,
  ...(algo.triggerTime === 0 ? {} : { triggerTime: algo.triggerTime }),
});

export const positionUpdate = (state: MatchingState, position: Position): PositionUpdate => ({
  symbol: position.symbol,
  quantity: quantityText(position.quantity),
  entryPrice: priceText(average(position.cost, position.quantity)),
  unrealizedProfit: moneyText(unrealized(state, position)),
  marginType: position.marginType,
  isolatedWallet: moneyText(position.isolatedWallet),
  accumulatedRealized: moneyText(position.accumulatedRealized),
});

export function positionView(
  state: MatchingState,
  account: Account,
  position: Position,
): PositionView {
  const symbol = symbolOf(state, position.symbol);
  const profit = unrealized(state, position);
  const isolated = position.marginType === 'ISOLATED' && position.quantity !== 0n;
  return {
    symbol: position.symbol,
    quantity: quantityText(position.quantity),
    entryPrice: priceText(average(position.cost, position.quantity)),
    markPrice: priceText(symbol.step === undefined ? (0n as Price) : bookOf(symbol).mark),
    unrealizedProfit: moneyText(profit),
    liquidationPrice: priceText(liquidationPrice(state, account, position)),
    leverage: position.leverage,
    marginType: position.marginType,
    isolatedMargin: moneyText(isolated ? addMoney(position.isolatedWallet, profit) : ZERO_MONEY),
    isolatedWallet: moneyText(position.isolatedWallet),
    notional: moneyText(markNotional(state, position)),
    initialMargin: moneyText(positionMargin(state, position)),
    openOrderInitialMargin: moneyText(openOrderMargin(state, position)),
    maintenanceMargin: moneyText(maintenanceMargin(state, position)),
    maxNotional: moneyText(maxNotional(state, position.leverage)),
    updateTime: position.updateTime,
  };
}

/** Sums a figure over the account's positions. */
function total(account: Account, figure: (position: Position) => Money): Money {
  let sum = ZERO_MONEY;
  for (const position of account.positions.values()) sum = addMoney(sum, figure(position));
  return sum;
}

export function accountView(state: MatchingState, account: Account): AccountView {
  const profit = total(account, (position) => unrealized(state, position));
  const isCrossed = (position: Position) => position.marginType === 'CROSSED';
  return {
    accountId: account.accountId,
    asset: 'USDT',
    walletBalance: moneyText(account.walletBalance),
    crossWalletBalance: moneyText(crossWallet(account)),
    unrealizedProfit: moneyText(profit),
    crossUnrealizedProfit: moneyText(
      total(account, (position) =>
        isCrossed(position) ? unrealized(state, position) : ZERO_MONEY,
      ),
    ),
    marginBalance: moneyText(addMoney(account.walletBalance, profit)),
    availableBalance: moneyText(available(state, account)),
    positionInitialMargin: moneyText(total(account, (position) => positionMargin(state, position))),
    openOrderInitialMargin: moneyText(
      total(account, (position) => openOrderMargin(state, position)),
    ),
    maintenanceMargin: moneyText(
      absMoney(total(account, (position) => maintenanceMargin(state, position))),
    ),
    makerFeeBps: account.makerFeeBps,
    takerFeeBps: account.takerFeeBps,
    updateTime: account.updateTime,
  };
}
