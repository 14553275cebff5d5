/** Accounts, leverage and margin type. */
import { ZERO_MONEY, money } from '../money/units.ts';
import type { OpenAccount, Replies, SetFees, SetLeverage, SetMarginType } from './commands.ts';
import { bookIncome, emitAccount } from './execution.ts';
import { available, maxNotional, worstNotional } from './margin.ts';
import * as rejections from './rejections.ts';
import type { Run } from './run.ts';
import type { Account, Position } from './state.ts';
import { accountOf, positionOf } from './state.ts';

/** Opens the account with its deposit; for one that is open nothing changes. Asserts a good amount. */
export function openAccount(run: Run, command: OpenAccount): Replies['openAccount'] {
  if (run.state.accounts.has(command.accountId)) return { ok: true };
  const account = emptyAccount(command.accountId, command.makerFeeBps, command.takerFeeBps);
  run.state.accounts.set(command.accountId, account);
  bookIncome(run, account, { type: 'TRANSFER', amount: money(command.balance) });
  return { ok: true };
}

export const emptyAccount = (
  accountId: string,
  makerFeeBps: number,
  takerFeeBps: number,
): Account => ({
  accountId,
  makerFeeBps,
  takerFeeBps,
  walletBalance: ZERO_MONEY,
  updateTime: 0,
  positions: new Map(),
  orders: new Map(),
  openOrders: new Map(),
  ordersByClientId: new Map(),
  finishedOrders: [],
  algos: new Map(),
  openAlgos: new Map(),
  algosByClientId: new Map(),
  finishedAlgos: [],
  trades: [],
  incomes: [],
});

/** Changes what later trades pay. */
export function setFees(run: Run, command: SetFees): Replies['setFees'] {
  const account = accountOf(run.state, command.accountId);
  account.makerFeeBps = command.makerFeeBps;
  account.takerFeeBps = command.takerFeeBps;
  return { ok: true };
}

export function setLeverage(run: Run, command: SetLeverage): Replies['setLeverage'] {
  if (!run.state.symbols.has(command.symbol)) return rejections.BAD_SYMBOL;
  const { leverage } = command;
  const isValid = Number.isInteger(leverage) && leverage >= 1;
  if (!isValid || maxNotional(run.state, leverage) === 0n) return rejections.badLeverage(leverage);
  const account = accountOf(run.state, command.accountId);
  const position = positionOf(run.state, account, command.symbol);
  const refused = checkLeverage(run, account, position, leverage);
  if (refused !== undefined) return refused;
  position.leverage = leverage;
  const { accountId, symbol } = command;
  run.events.push({ type: 'leverageUpdate', accountId, time: run.time, symbol, leverage });
  return { ok: true, leverage };
}

function checkLeverage(run: Run, account: Account, position: Position, leverage: number) {
  const lower = leverage < position.leverage;
  if (lower && position.marginType === 'ISOLATED' && position.quantity !== 0n) {
    return rejections.LEVERAGE_REDUCTION;
  }
  if (worstNotional(run.state, position) > maxNotional(run.state, leverage)) {
    return rejections.POSITION_LIMIT;
  }
  if (!lower) return undefined;
  const before = position.leverage;
  position.leverage = leverage;
  const free = available(run.state, account);
  position.leverage = before;
  return free < 0n ? rejections.LEVERAGE_TOO_SMALL : undefined;
}

export function setMarginType(run: Run, command: SetMarginType): Replies['setMarginType'] {
  if (!run.state.symbols.has(command.symbol)) return rejections.BAD_SYMBOL;
  const account = accountOf(run.state, command.accountId);
  const position = positionOf(run.state, account, command.symbol);
  if (position.marginType === command.marginType) return rejections.SAME_MARGIN_TYPE;
  for (const order of account.openOrders.values()) {
    if (order.symbol === command.symbol) return rejections.MARGIN_TYPE_HAS_ORDERS;
  }
  if (position.quantity !== 0n) return rejections.MARGIN_TYPE_HAS_POSITION;
  position.marginType = command.marginType;
  emitAccount(run, account, 'MARGIN_TYPE_CHANGE', ZERO_MONEY, [position]);
  return { ok: true };
}
