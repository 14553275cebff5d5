/** Trades: they change order, position and balance, and are announced. */
import { assert } from '../assert.ts';
import { notional } from '../money/arithmetic.ts';
import type { Money, Quantity } from '../money/units.ts';
import { ZERO_MONEY, moneyText, priceText, quantityText } from '../money/units.ts';
import { trimHistory } from './history.ts';
import { applyFill } from './holding.ts';
import { addToParent, closeOrder, emitOrder, finishParent } from './lifecycle.ts';
import type { Fill } from './liquidity.ts';
import { crossWallet, reserve } from './margin.ts';
import { cashShare, fromBps } from './rates.ts';
import { keepReduceOnly } from './reduce-only.ts';
import type { Run } from './run.ts';
import type { Account, Order, Position } from './state.ts';
import { accountOf, positionOf, symbolOf } from './state.ts';
import type { AccountUpdate, TradeView } from './types.ts';
import { positionUpdate } from './views.ts';

/** Executes part or all of an order at a price: ACCOUNT_UPDATE first, then the trade, then its consequences. */
export function executeTrade(run: Run, order: Order, fill: Fill, maker: boolean): void {
  assert(fill.quantity > 0n, 'a trade has a quantity');
  const account = accountOf(run.state, order.accountId);
  const position = positionOf(run.state, account, order.symbol);
  const amount = notional(fill.price, fill.quantity);
  const fee = cashShare(amount, fromBps(maker ? account.makerFeeBps : account.takerFeeBps));
  const realized = applyFill(position, order.side, fill);
  position.updateTime = run.time;
  addCash(run, account, (realized - fee) as Money);
  fillOrder(run, order, fill, amount, position);
  const trade = recordTrade(run, account, order, fill, { amount, fee, realized, maker });
  trackHolder(run, account, position);
  emitAccount(run, account, 'ORDER', ZERO_MONEY, [position]);
  emitOrder(run, order, order.liquidation ? 'CALCULATED' : 'TRADE', trade);
  if (order.status === 'FILLED') finishParent(run, order);
  keepReduceOnly(run, account, position);
}

function addCash(run: Run, account: Account, change: Money): void {
  account.walletBalance = (account.walletBalance + change) as Money;
  account.updateTime = run.time;
}

function fillOrder(run: Run, order: Order, fill: Fill, amount: Money, position: Position): void {
  order.executed = (order.executed + fill.quantity) as Quantity;
  order.cumQuote = (order.cumQuote + amount) as Money;
  order.updateTime = run.time;
  assert(order.executed <= order.quantity, `order ${order.orderId} is not filled beyond its size`);
  addToParent(run, order);
  if (order.executed === order.quantity) {
    closeOrder(run, order, 'FILLED');
    return;
  }
  order.status = 'PARTIALLY_FILLED';
  // An order that takes before it rests holds nothing in the totals yet.
  if (order.reserved !== 0n) reserve(position, order);
}

type TradeMoney = {
  readonly amount: Money;
  readonly fee: Money;
  readonly realized: Money;
  readonly maker: boolean;
};

function recordTrade(
  run: Run,
  account: Account,
  order: Order,
  fill: Fill,
  money: TradeMoney,
): TradeView {
  const trade: TradeView = {
    accountId: order.accountId,
    symbol: order.symbol,
    tradeId: symbolOf(run.state, order.symbol).nextTradeId++,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    price: priceText(fill.price),
    quantity: quantityText(fill.quantity),
    quoteQty: moneyText(money.amount),
    fee: moneyText(money.fee),
    feeAsset: 'USDT',
    maker: money.maker,
    realizedProfit: moneyText(money.realized),
    time: run.time,
  };
  account.trades.push(trade);
  trimHistory(account.trades, run.state.config.historyLimit);
  return trade;
}

function trackHolder(run: Run, account: Account, position: Position): void {
  const { holders } = symbolOf(run.state, position.symbol);
  if (position.quantity === 0n) holders.delete(account.accountId);
  else holders.add(account.accountId);
}

export function emitAccount(
  run: Run,
  account: Account,
  reason: AccountUpdate['reason'],
  balanceChange: Money,
  positions: readonly Position[],
): void {
  run.events.push({
    type: 'accountUpdate',
    accountId: account.accountId,
    time: run.time,
    reason,
    walletBalance: moneyText(account.walletBalance),
    crossWalletBalance: moneyText(crossWallet(account)),
    balanceChange: moneyText(balanceChange),
    positions: positions.map((position) => positionUpdate(run.state, position)),
  });
}

/** Books money that moved without a trade and announces it. */
export function bookIncome(
  run: Run,
  account: Account,
  income: {
    readonly type: 'TRANSFER' | 'FUNDING_FEE' | 'INSURANCE_CLEAR';
    readonly amount: Money;
    readonly position?: Position;
  },
): void {
  addCash(run, account, income.amount);
  account.incomes.push({
    symbol: income.position?.symbol ?? '',
    incomeType: income.type,
    income: moneyText(income.amount),
    time: run.time,
    transactionId: run.state.nextTransactionId++,
  });
  trimHistory(account.incomes, run.state.config.historyLimit);
  const reason = income.type === 'TRANSFER' ? 'DEPOSIT' : income.type;
  const positions = income.position === undefined ? [] : [income.position];
  emitAccount(run, account, reason, income.amount, positions);
}
