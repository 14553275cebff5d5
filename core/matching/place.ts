/** New ordinary orders: the filters, in the order in which the venue checks them. */
import type { Price, Quantity } from '../money/units.ts';
import type { Place, Rejection, Replies } from './commands.ts';
import {
  checkClientOrderId,
  checkMinNotional,
  checkPercentPrice,
  hasRoom,
  isRejection,
  parsePriceField,
  parseQuantityField,
} from './order-checks.ts';
import { BAD_SYMBOL, MARKET_CLOSED, SYMBOL_BREAK, TOO_MANY_ORDERS } from './rejections.ts';
import type { Run } from './run.ts';
import type { Account, SymbolState } from './state.ts';
import { accountOf, bookOf } from './state.ts';
import { submitOrder } from './submit.ts';
import { orderView } from './views.ts';

const NO_PRICE = 0n as Price;

export function placeOrder(run: Run, command: Place): Replies['place'] {
  const symbol = tradingSymbol(run, command.symbol);
  if (isRejection(symbol)) return symbol;
  const account = accountOf(run.state, command.accountId);
  const numbers = parseNumbers(symbol, command);
  if (isRejection(numbers)) return numbers;
  const refused = checkFilters(account, symbol, command, numbers);
  if (refused !== undefined) return refused;
  const order = submitOrder(run, {
    accountId: command.accountId,
    symbol: command.symbol,
    side: command.side,
    type: command.orderType,
    origType: command.orderType,
    timeInForce: command.orderType === 'MARKET' ? 'GTC' : (command.timeInForce ?? 'GTC'),
    price: numbers.price,
    quantity: numbers.quantity,
    reduceOnly: command.reduceOnly ?? false,
    closePosition: false,
    stopPrice: NO_PRICE,
    workingType: 'CONTRACT_PRICE',
    algoId: 0,
    liquidation: false,
    ...(command.selfTradePrevention === undefined
      ? {}
      : { selfTradePrevention: command.selfTradePrevention }),
    clientOrderId: command.newClientOrderId,
  });
  return isRejection(order) ? order : { ok: true, order: orderView(order) };
}

/** The listed symbol, once it has a market and while it trades. */
export function tradingSymbol(run: Run, name: string): SymbolState | Rejection {
  const symbol = run.state.symbols.get(name);
  if (symbol === undefined) return BAD_SYMBOL;
  if (symbol.step === undefined) return MARKET_CLOSED;
  return symbol.status === 'TRADING' ? symbol : SYMBOL_BREAK;
}

type Numbers = { readonly price: Price; readonly quantity: Quantity };

function parseNumbers(symbol: SymbolState, command: Place): Numbers | Rejection {
  const quantity = parseQuantityField(symbol, command.quantity);
  if (isRejection(quantity)) return quantity;
  if (command.orderType === 'MARKET') return { price: NO_PRICE, quantity };
  const price = parsePriceField(symbol, 'price', command.price);
  return isRejection(price) ? price : { price, quantity };
}

function checkFilters(
  account: Account,
  symbol: SymbolState,
  command: Place,
  { price, quantity }: Numbers,
): Rejection | undefined {
  const limit = symbol.instrument.maxOpenOrders;
  const isLimit = command.orderType === 'LIMIT';
  return (
    checkClientOrderId(account, command.symbol, command.newClientOrderId) ??
    (isLimit && !hasRoom(account.openOrders.values(), command.symbol, limit)
      ? TOO_MANY_ORDERS
      : undefined) ??
    (isLimit ? checkPercentPrice(symbol, command.side, price) : undefined) ??
    (command.reduceOnly === true
      ? undefined
      : checkMinNotional(symbol, isLimit ? price : bookOf(symbol).mark, quantity))
  );
}
