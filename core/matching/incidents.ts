/** What a test makes happen to an account: a fill, a trigger, a liquidation, an auto-deleveraging. */
import { absQuantity, minQuantity, roundToTick } from '../money/arithmetic.ts';
import { parseDecimal } from '../money/decimal-text.ts';
import type { Quantity } from '../money/units.ts';
import { lookUpAlgo, lookUpOrder } from './cancel.ts';
import type { Deleverage, FillOrder, Liquidate, Replies, TriggerConditional } from './commands.ts';
import { executeTrade } from './execution.ts';
import { openClosingOrder, liquidateWith } from './liquidation.ts';
import { BAD_SYMBOL, MARKET_CLOSED, NO_POSITION, UNKNOWN_ORDER } from './rejections.ts';
import type { Run } from './run.ts';
import { accountOf, bookOf, isWorking, positionOf, remaining } from './state.ts';
import { triggerAlgo } from './triggers.ts';
import { algoView, orderView } from './views.ts';

/** The wanted part of what there is: all of it without a text, or with one that is no quantity. */
function partOf(all: Quantity, text: string | undefined): Quantity {
  const wanted = parseDecimal(text ?? '') ?? 0n;
  return wanted > 0n ? minQuantity(wanted as Quantity, all) : all;
}

/** -2011 for an order that does not work. */
export function fillOrder(run: Run, command: FillOrder): Replies['fillOrder'] {
  const account = accountOf(run.state, command.accountId);
  const order = lookUpOrder(account, command.symbol, command);
  if (order === undefined || !isWorking(order)) return UNKNOWN_ORDER;
  const quantity = partOf(remaining(order), command.quantity);
  executeTrade(run, order, { price: order.price, quantity }, true);
  return { ok: true, order: orderView(order) };
}

/** -2011 for a conditional order that does not wait. */
export function triggerNow(run: Run, command: TriggerConditional): Replies['triggerConditional'] {
  const symbol = run.state.symbols.get(command.symbol);
  if (symbol === undefined) return BAD_SYMBOL;
  if (symbol.step === undefined) return MARKET_CLOSED;
  const algo = lookUpAlgo(accountOf(run.state, command.accountId), command);
  if (algo?.symbol !== command.symbol || algo.status !== 'NEW') return UNKNOWN_ORDER;
  triggerAlgo(run, algo);
  return { ok: true, algo: algoView(algo) };
}

export function liquidateNow(run: Run, command: Liquidate): Replies['liquidate'] {
  const symbol = run.state.symbols.get(command.symbol);
  if (symbol === undefined) return BAD_SYMBOL;
  if (symbol.step === undefined) return MARKET_CLOSED;
  const account = accountOf(run.state, command.accountId);
  const position = positionOf(run.state, account, command.symbol);
  if (position.quantity === 0n) return NO_POSITION;
  liquidateWith(run, account, position);
  return { ok: true };
}

/** A trade at the mark with the taker's fee; the order is named as Binance names it. */
export function deleverage(run: Run, command: Deleverage): Replies['deleverage'] {
  const symbol = run.state.symbols.get(command.symbol);
  if (symbol === undefined) return BAD_SYMBOL;
  if (symbol.step === undefined) return MARKET_CLOSED;
  const account = accountOf(run.state, command.accountId);
  const position = positionOf(run.state, account, command.symbol);
  if (position.quantity === 0n) return NO_POSITION;
  const quantity = partOf(absQuantity(position.quantity), command.quantity);
  const order = openClosingOrder(run, position, { account, quantity, clientId: 'adl_autoclose' });
  const price = roundToTick(bookOf(symbol).mark, symbol.rules.tick, 'down');
  executeTrade(run, order, { price, quantity }, false);
  return { ok: true };
}
