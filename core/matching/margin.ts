/**
 * Margin of an account. Position margin is at the mark for crossed positions and what was put aside
 * for isolated ones; open orders need margin for the worse of "all bids fill" and "all asks fill".
 */
import { absMoney, notional } from '../money/arithmetic.ts';
import { SCALE, divide } from '../money/decimal-text.ts';
import type { Money, Price } from '../money/units.ts';
import { ZERO_MONEY } from '../money/units.ts';
import { ensureDefined } from '../assert.ts';
import { cash, required } from './rates.ts';
import type { Account, MatchingState, Order, Position } from './state.ts';
import { bookOf, isWorking, remaining, symbolOf } from './state.ts';

const markOf = (state: MatchingState, position: Position): Price | undefined => {
  const symbol = symbolOf(state, position.symbol);
  return symbol.step === undefined ? undefined : bookOf(symbol).mark;
};

/** Signed notional at the mark; zero before the first step. */
export function markNotional(state: MatchingState, position: Position): Money {
  const mark = markOf(state, position);
  return mark === undefined ? ZERO_MONEY : notional(mark, position.quantity);
}

export const unrealized = (state: MatchingState, position: Position): Money =>
  position.quantity === 0n
    ? ZERO_MONEY
    : ((markNotional(state, position) - position.cost) as Money);

/** An amount over the leverage, rounded up. */
export const leveraged = (amount: Money, leverage: number): Money =>
  cash(amount, BigInt(leverage), 'up');

/** The largest notional that the position could reach if its open orders filled. */
export function worstNotional(state: MatchingState, position: Position): Money {
  const held = markNotional(state, position);
  const long = absMoney((held + position.bids) as Money);
  const short = absMoney((held - position.asks) as Money);
  const worse = long > short ? long : short;
  const now = absMoney(held);
  return worse > now ? worse : now;
}

export function openOrderMargin(state: MatchingState, position: Position): Money {
  if (position.bids === 0n && position.asks === 0n) return ZERO_MONEY;
  const grown = worstNotional(state, position) - absMoney(markNotional(state, position));
  return leveraged(grown as Money, position.leverage);
}

/** Initial margin of the held quantity: isolated what it has, crossed at the mark. */
export const positionMargin = (state: MatchingState, position: Position): Money =>
  position.marginType === 'ISOLATED'
    ? position.isolatedWallet
    : leveraged(absMoney(markNotional(state, position)), position.leverage);

/** Wallet less what isolated positions hold. */
export function crossWallet(account: Account): Money {
  let left: bigint = account.walletBalance;
  for (const position of account.positions.values()) left -= position.isolatedWallet;
  return left as Money;
}

/** What is free for new margin; negative when orders and losses use more than there is. */
export function available(state: MatchingState, account: Account): Money {
  let free: bigint = account.walletBalance;
  for (const position of account.positions.values()) {
    free -= positionMargin(state, position) + openOrderMargin(state, position);
    if (position.marginType === 'CROSSED') free += unrealized(state, position);
  }
  return free as Money;
}

/** The leverage table's row for a notional; beyond the last cap the last row holds. */
function bracketFor(state: MatchingState, size: Money): MatchingState['brackets'][number] {
  const row = state.brackets.find((bracket) => size < bracket.cap) ?? state.brackets.at(-1);
  return ensureDefined(row, 'a leverage bracket');
}

/** The largest notional that a leverage may hold. */
export function maxNotional(state: MatchingState, leverage: number): Money {
  let cap = ZERO_MONEY;
  for (const row of state.brackets) if (row.maxLeverage >= leverage && row.cap > cap) cap = row.cap;
  return cap;
}

export function maintenanceMargin(state: MatchingState, position: Position): Money {
  if (position.quantity === 0n) return ZERO_MONEY;
  const size = absMoney(markNotional(state, position));
  const row = bracketFor(state, size);
  return (required(size, row.maintenance) - row.cum) as Money;
}

/** What backs a position against its maintenance margin, without its own profit. */
function backing(state: MatchingState, account: Account, position: Position): Money {
  if (position.marginType === 'ISOLATED') return position.isolatedWallet;
  let wallet: bigint = crossWallet(account);
  for (const other of account.positions.values()) {
    if (other === position || other.marginType === 'ISOLATED') continue;
    wallet += unrealized(state, other) - maintenanceMargin(state, other);
  }
  return wallet as Money;
}

/** The mark at which the position is liquidated, all else standing still; 0 where there is none. */
export function liquidationPrice(
  state: MatchingState,
  account: Account,
  position: Position,
): Price {
  if (position.quantity === 0n) return 0n as Price;
  const row = bracketFor(state, absMoney(markNotional(state, position)));
  const sign = position.quantity > 0n ? 1n : -1n;
  const equity = position.cost - backing(state, account, position) - row.cum;
  const perUnit = position.quantity * (SCALE - sign * row.maintenance);
  const level = divide(equity * SCALE * SCALE, perUnit, 'half');
  return (level > 0n ? level : 0n) as Price;
}

/** Brings the account's open-order totals in line with the order's remaining quantity. */
export function reserve(position: Position, order: Order): void {
  const counts = isWorking(order) && !order.reduceOnly;
  const now = counts ? notional(order.price, remaining(order)) : ZERO_MONEY;
  const change = now - order.reserved;
  if (order.side === 'buy') position.bids = (position.bids + change) as Money;
  else position.asks = (position.asks + change) as Money;
  order.reserved = now;
}
