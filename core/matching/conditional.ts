/** New conditional orders. They wait apart from ordinary ones and hold no margin. */
import type { Price, Quantity } from '../money/units.ts';
import { ZERO_MONEY, ZERO_QUANTITY } from '../money/units.ts';
import { parseDecimal } from '../money/decimal-text.ts';
import type { PlaceConditional, Rejection, Replies } from './commands.ts';
import { setAlgoStatus } from './lifecycle.ts';
import {
  checkClientAlgoId,
  checkMinNotional,
  hasRoom,
  isRejection,
  parsePriceField,
  parseQuantityField,
} from './order-checks.ts';
import { tradingSymbol } from './place.ts';
import * as rejections from './rejections.ts';
import type { Run } from './run.ts';
import type { Account, Algo, SymbolState } from './state.ts';
import { accountOf, closingSide, positionOf } from './state.ts';
import { firesWhenRising, isReached, watchedPrice } from './triggers.ts';
import { algoView } from './views.ts';

const NONE = 0n as Price;
const MIN_CALLBACK = 10n ** 11n;
const MAX_CALLBACK = 10n ** 13n;

export function placeConditional(run: Run, command: PlaceConditional): Replies['placeConditional'] {
  const symbol = tradingSymbol(run, command.symbol);
  if (isRejection(symbol)) return symbol;
  const account = accountOf(run.state, command.accountId);
  const refused = checkLimits(account, symbol, command) ?? checkCombination(command);
  if (refused !== undefined) return refused;
  const numbers = parseNumbers(symbol, command);
  if (isRejection(numbers)) return numbers;
  const barred =
    checkClosePosition(run, account, command) ?? checkTrigger(symbol, command, numbers);
  if (barred !== undefined) return barred;
  const algo = register(run, account, symbol, command, numbers);
  return { ok: true, algo: algoView(algo) };
}

function checkLimits(
  account: Account,
  symbol: SymbolState,
  command: PlaceConditional,
): Rejection | undefined {
  const { maxConditionalOrders } = symbol.instrument;
  const hasSpace = hasRoom(account.openAlgos.values(), command.symbol, maxConditionalOrders);
  return (
    checkClientAlgoId(account, command.clientAlgoId) ??
    (hasSpace ? undefined : rejections.TOO_MANY_CONDITIONALS)
  );
}

const isMarketType = (command: PlaceConditional): boolean => command.orderType.endsWith('_MARKET');
const isTrailing = (command: PlaceConditional): boolean =>
  command.orderType === 'TRAILING_STOP_MARKET';

function checkCombination(command: PlaceConditional): Rejection | undefined {
  if (command.closePosition !== true) return undefined;
  if (isTrailing(command)) return rejections.TRAILING_CLOSE_POSITION;
  if (!isMarketType(command)) return rejections.unwantedParameter('closePosition');
  if (command.quantity !== undefined) return rejections.QUANTITY_WITH_CLOSE_POSITION;
  return command.reduceOnly === true ? rejections.unwantedParameter('reduceOnly') : undefined;
}

type Numbers = {
  readonly quantity: Quantity;
  readonly price: Price;
  readonly triggerPrice: Price;
  readonly activatePrice: Price;
};

function parseNumbers(symbol: SymbolState, command: PlaceConditional): Numbers | Rejection {
  const closes = command.closePosition === true;
  const quantity = closes ? ZERO_QUANTITY : parseQuantityField(symbol, command.quantity);
  if (isRejection(quantity)) return quantity;
  const price = isMarketType(command) ? NONE : parsePriceField(symbol, 'price', command.price);
  if (isRejection(price)) return price;
  const levels = isTrailing(command)
    ? parseTrailing(symbol, command)
    : parsePriceField(symbol, 'triggerPrice', command.triggerPrice);
  if (isRejection(levels)) return levels;
  const triggerPrice = isTrailing(command) ? NONE : levels;
  const activatePrice = isTrailing(command) ? levels : NONE;
  const numbers = { quantity, price, triggerPrice, activatePrice };
  const exempt = closes || command.reduceOnly === true || levels === NONE;
  const reference = price === NONE ? levels : price;
  return (exempt ? undefined : checkMinNotional(symbol, reference, quantity)) ?? numbers;
}

/** The activation price, zero for none. */
function parseTrailing(symbol: SymbolState, command: PlaceConditional): Price | Rejection {
  const rate = parseDecimal(command.callbackRatePct ?? '');
  if (rate === undefined || rate < MIN_CALLBACK || rate > MAX_CALLBACK) {
    return rejections.BAD_CALLBACK_RATE;
  }
  if (command.activatePrice === undefined) return NONE;
  return parsePriceField(symbol, 'activatePrice', command.activatePrice);
}

/** One closePosition order per direction and kind (stop, take-profit), and only against a position. */
function checkClosePosition(
  run: Run,
  account: Account,
  command: PlaceConditional,
): Rejection | undefined {
  if (command.closePosition !== true) return undefined;
  const position = positionOf(run.state, account, command.symbol);
  if (closingSide(position) !== command.side) return rejections.CLOSE_POSITION_FLAT;
  for (const other of account.openAlgos.values()) {
    const twin =
      other.closePosition &&
      other.symbol === command.symbol &&
      other.side === command.side &&
      other.orderType === command.orderType;
    if (twin) return rejections.CLOSE_POSITION_EXISTS;
  }
  return undefined;
}

/** -2021 for a trigger, or a trailing stop's activation, that the watched price has already passed. */
function checkTrigger(
  symbol: SymbolState,
  command: PlaceConditional,
  numbers: Numbers,
): Rejection | undefined {
  const at = watchedPrice(symbol, command.workingType ?? 'CONTRACT_PRICE');
  const rising = firesWhenRising(command.orderType, command.side);
  const level = isTrailing(command) ? numbers.activatePrice : numbers.triggerPrice;
  if (level === NONE) return undefined;
  // A trailing stop is activated on the other side of the market than where it fires.
  const towards = isTrailing(command) ? !rising : rising;
  return isReached(level, at, towards) ? rejections.WOULD_TRIGGER : undefined;
}

function register(
  run: Run,
  account: Account,
  symbol: SymbolState,
  command: PlaceConditional,
  numbers: Numbers,
): Algo {
  const algoId = run.state.nextAlgoId++;
  const workingType = command.workingType ?? 'CONTRACT_PRICE';
  const tracksNow = isTrailing(command) && numbers.activatePrice === NONE;
  const algo: Algo = {
    ...numbers,
    accountId: account.accountId,
    symbol: command.symbol,
    algoId,
    clientAlgoId: command.clientAlgoId ?? `auto-algo-${algoId}`,
    orderType: command.orderType,
    side: command.side,
    timeInForce: isMarketType(command) ? 'GTC' : (command.timeInForce ?? 'GTC'),
    workingType,
    reduceOnly: command.reduceOnly ?? false,
    closePosition: command.closePosition ?? false,
    callbackRatePct: isTrailing(command) ? (command.callbackRatePct ?? '') : '',
    createTime: run.time,
    status: 'NEW',
    extreme: tracksNow ? watchedPrice(symbol, workingType) : NONE,
    actualOrderId: 0,
    actualQty: ZERO_QUANTITY,
    actualQuote: ZERO_MONEY,
    failReason: '',
    updateTime: run.time,
    triggerTime: 0,
  };
  account.algos.set(algoId, algo);
  account.openAlgos.set(algoId, algo);
  account.algosByClientId.set(algo.clientAlgoId, algo);
  symbol.algos.push(algo);
  setAlgoStatus(run, algo, 'NEW');
  return algo;
}
