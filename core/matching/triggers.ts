/** Conditional orders at a market step: which fire, and what becomes of them. */
import type { Side } from '../market/market.ts';
import type { Price, Quantity } from '../money/units.ts';
import { finishParent, retireAlgo, setAlgoStatus } from './lifecycle.ts';
import type { NewOrder } from './lifecycle.ts';
import { isRejection } from './order-checks.ts';
import { parsePct, shiftPrice } from './rates.ts';
import type { Rate } from './rates.ts';
import { reducible } from './reduce-only.ts';
import { REDUCE_ONLY_REJECTED } from './rejections.ts';
import type { Run } from './run.ts';
import type { Algo, SymbolState } from './state.ts';
import { accountOf, bookOf, isWorking, positionOf } from './state.ts';
import { submitOrder } from './submit.ts';
import type { ConditionalType, WorkingType } from './types.ts';

/** The price that a working type watches. */
export const watchedPrice = (symbol: SymbolState, workingType: WorkingType): Price =>
  workingType === 'MARK_PRICE' ? bookOf(symbol).mark : bookOf(symbol).last;

/** Stops fire against their side (a buy stop on a rise), take-profits with it. */
export function firesWhenRising(type: ConditionalType, side: Side): boolean {
  const takesProfit = type === 'TAKE_PROFIT' || type === 'TAKE_PROFIT_MARKET';
  return takesProfit ? side === 'sell' : side === 'buy';
}

/** A level is reached at the level itself. */
export const isReached = (level: Price, at: Price, rising: boolean): boolean =>
  rising ? at >= level : at <= level;

/** Fires every conditional order of the symbol whose level the step reached, oldest first. */
export function triggerConditionals(run: Run, symbol: SymbolState): void {
  const fired = symbol.algos.filter((algo) => fires(symbol, algo));
  for (const algo of fired) if (algo.status === 'NEW') triggerAlgo(run, algo);
}

function fires(symbol: SymbolState, algo: Algo): boolean {
  const at = watchedPrice(symbol, algo.workingType);
  const rising = firesWhenRising(algo.orderType, algo.side);
  if (algo.orderType !== 'TRAILING_STOP_MARKET') return isReached(algo.triggerPrice, at, rising);
  return trail(algo, at, rising);
}

/** Follows the best price since activation; true when the price came back by the callback rate. */
function trail(algo: Algo, at: Price, rising: boolean): boolean {
  if (algo.extreme === 0n && !isReached(algo.activatePrice, at, !rising)) return false;
  const improved = algo.extreme === 0n || (rising ? at < algo.extreme : at > algo.extreme);
  if (improved) algo.extreme = at;
  const rate = parsePct(algo.callbackRatePct);
  const level = shiftPrice(algo.extreme, (rising ? rate : -rate) as Rate);
  return isReached(level, at, rising);
}

/** TRIGGERING, then the child's own events, then TRIGGERED (and FINISHED), EXPIRED or REJECTED. */
export function triggerAlgo(run: Run, algo: Algo): void {
  retireAlgo(run, algo);
  algo.triggerTime = run.time;
  setAlgoStatus(run, algo, 'TRIGGERING');
  const child = submitOrder(run, childOf(run, algo));
  if (isRejection(child)) {
    algo.failReason = child.message;
    setAlgoStatus(run, algo, child === REDUCE_ONLY_REJECTED ? 'EXPIRED' : 'REJECTED');
    return;
  }
  algo.actualOrderId = child.orderId;
  setAlgoStatus(run, algo, 'TRIGGERED');
  if (!isWorking(child)) finishParent(run, child);
}

/** The child has a client id of its own: whoever follows it needs the link `actualOrderId`. */
function childOf(run: Run, algo: Algo): NewOrder {
  return {
    accountId: algo.accountId,
    symbol: algo.symbol,
    side: algo.side,
    type: algo.price === 0n ? 'MARKET' : 'LIMIT',
    origType: algo.orderType,
    timeInForce: algo.timeInForce,
    price: algo.price,
    quantity: algo.closePosition ? wholePosition(run, algo) : algo.quantity,
    reduceOnly: algo.reduceOnly || algo.closePosition,
    closePosition: algo.closePosition,
    stopPrice: algo.triggerPrice,
    workingType: algo.workingType,
    algoId: algo.algoId,
    liquidation: false,
    clientOrderId: undefined,
  };
}

function wholePosition(run: Run, algo: Algo): Quantity {
  const account = accountOf(run.state, algo.accountId);
  return reducible(positionOf(run.state, account, algo.symbol), algo.side);
}
