/**
 * Liquidation on the mark: an isolated position when its margin is down to maintenance, all crossed
 * positions together when the crossed wallet is. Orders on the symbols expire, the whole quantity
 * goes to the market, the clearance fee takes at most what is left and the venue's insurance pays
 * what is missing, so an isolated loss never exceeds its margin.
 */
import { ensureDefined } from '../assert.ts';
import { absQuantity, notional } from '../money/arithmetic.ts';
import type { Money, Price, Quantity } from '../money/units.ts';
import { bookIncome, executeTrade } from './execution.ts';
import { endOrder, openOrder } from './lifecycle.ts';
import { consume, planLiquidation } from './liquidity.ts';
import { crossWallet, maintenanceMargin, unrealized } from './margin.ts';
import { cashShare, fromPct } from './rates.ts';
import type { Run } from './run.ts';
import type { Account, Order, Position, SymbolState } from './state.ts';
import { accountOf, closingSide, positionOf, symbolOf } from './state.ts';

const NO_PRICE = 0n as Price;

export function liquidateHolders(run: Run, symbol: SymbolState): void {
  for (const accountId of symbol.holders) {
    const account = accountOf(run.state, accountId);
    const position = positionOf(run.state, account, symbol.instrument.symbol);
    if (position.quantity === 0n) continue;
    const group = groupOf(account, position);
    const backing = backingOf(account, group);
    if (isUnderwater(run, group, backing)) liquidate(run, account, group, backing);
  }
}

/** Liquidates a position, with all others that are crossed if it is, whatever its margin. */
export function liquidateWith(run: Run, account: Account, position: Position): void {
  const group = groupOf(account, position);
  liquidate(run, account, group, backingOf(account, group));
}

const groupOf = (account: Account, position: Position): Position[] =>
  position.marginType === 'ISOLATED' ? [position] : crossedPositions(account);

const crossedPositions = (account: Account): Position[] =>
  [...account.positions.values()].filter(
    (position) => position.marginType === 'CROSSED' && position.quantity !== 0n,
  );

const backingOf = (account: Account, [first]: readonly Position[]): Money =>
  first?.marginType === 'ISOLATED' ? first.isolatedWallet : crossWallet(account);

function isUnderwater(run: Run, group: readonly Position[], backing: Money): boolean {
  let cushion: bigint = backing;
  for (const position of group) {
    cushion += unrealized(run.state, position) - maintenanceMargin(run.state, position);
  }
  return cushion <= 0n;
}

function liquidate(run: Run, account: Account, group: readonly Position[], backing: Money): void {
  const before = account.walletBalance;
  let traded = 0n;
  for (const position of group) {
    expireOrders(run, account, position.symbol);
    traded += closeAtMarket(run, account, position);
  }
  const left = backing + account.walletBalance - before;
  const clearance = cashShare(traded as Money, fromPct(run.state.config.liquidationFeePct));
  const amount = (left < 0n ? -left : -(clearance < left ? clearance : left)) as Money;
  const [position] = group;
  if (amount === 0n || position === undefined) return;
  bookIncome(run, account, { type: 'INSURANCE_CLEAR', amount, position });
}

function expireOrders(run: Run, account: Account, symbol: string): void {
  for (const order of account.openOrders.values()) {
    if (order.symbol === symbol) endOrder(run, order, 'EXPIRED');
  }
}

/** Sells or buys the whole position; returns the notional traded. */
function closeAtMarket(run: Run, account: Account, position: Position): Money {
  if (position.quantity === 0n) return 0n as Money;
  const symbol = symbolOf(run.state, position.symbol);
  const quantity = absQuantity(position.quantity);
  const clientId = `autoclose-${run.state.nextOrderId}`;
  const order = openClosingOrder(run, position, { account, quantity, clientId });
  let traded = 0n;
  for (const fill of planLiquidation(run.state, symbol, order.side, quantity)) {
    consume(symbol, order.side, fill.quantity);
    executeTrade(run, order, fill, false);
    traded += notional(fill.price, fill.quantity);
  }
  return traded as Money;
}

type Closing = {
  readonly account: Account;
  readonly quantity: Quantity;
  readonly clientId: string;
};

/** An order of the venue itself against a position that is not flat. */
export function openClosingOrder(run: Run, position: Position, closing: Closing): Order {
  const { account, quantity, clientId } = closing;
  return openOrder(run, {
    accountId: account.accountId,
    symbol: position.symbol,
    side: ensureDefined(closingSide(position), 'a position to close'),
    type: 'MARKET',
    origType: 'MARKET',
    timeInForce: 'IOC',
    price: NO_PRICE,
    quantity,
    reduceOnly: true,
    closePosition: false,
    stopPrice: NO_PRICE,
    workingType: 'MARK_PRICE',
    algoId: 0,
    liquidation: true,
    clientOrderId: clientId,
  });
}
