/** Every refusal of the engine, with Binance's USD-M code and text. */
import type { Rejection } from './commands.ts';

export const reject = (code: number, message: string): Rejection => ({ ok: false, code, message });

export const MARKET_CLOSED = reject(-1013, 'Market is closed.');
export const BAD_PRECISION = reject(-1111, 'Precision is over the maximum defined for this asset.');
export const BAD_SYMBOL = reject(-1121, 'Invalid symbol.');
export const UNKNOWN_ORDER = reject(-2011, 'Unknown order sent.');
export const NO_SUCH_ORDER = reject(-2013, 'Order does not exist.');
export const BALANCE_INSUFFICIENT = reject(-2018, 'Balance is insufficient.');
export const MARGIN_INSUFFICIENT = reject(-2019, 'Margin is insufficient.');
export const WOULD_TRIGGER = reject(-2021, 'Order would immediately trigger.');
export const REDUCE_ONLY_REJECTED = reject(-2022, 'ReduceOnly Order is rejected.');
export const TOO_MANY_ORDERS = reject(-2025, 'Reach max open order limit.');
export const POSITION_LIMIT = reject(
  -2027,
  'Exceeded the maximum allowable position at current leverage.',
);
export const LEVERAGE_TOO_SMALL = reject(
  -2028,
  'Leverage is smaller than permitted: insufficient margin balance.',
);
export const BAD_CALLBACK_RATE = reject(-2007, 'Invalid callBack rate');
export const QUANTITY_NOT_POSITIVE = reject(-4003, 'Quantity less than or equal to zero.');
export const QUANTITY_TOO_SMALL = reject(-4004, 'Quantity less than min quantity.');
export const QUANTITY_TOO_BIG = reject(-4005, 'Quantity greater than max quantity.');
export const PRICE_NOT_POSITIVE = reject(-4001, 'Price less than 0.');
export const STOP_PRICE_NOT_POSITIVE = reject(-4006, 'Stop price less than zero.');
export const BAD_TICK = reject(-4014, 'Price not increased by tick size.');
export const BAD_STEP = reject(-4023, 'Quantity not increased by step size.');
export const BAD_CLIENT_ID = reject(-4015, 'Client order id is not valid.');
export const DUPLICATE_CLIENT_ID = reject(-4116, 'ClientOrderId is duplicated.');
export const TOO_MANY_CONDITIONALS = reject(-4045, 'Reach max stop order limit.');
export const SAME_MARGIN_TYPE = reject(-4046, 'No need to change margin type.');
export const MARGIN_TYPE_HAS_ORDERS = reject(
  -4047,
  'Margin type cannot be changed if there exists open orders.',
);
export const MARGIN_TYPE_HAS_POSITION = reject(
  -4048,
  'Margin type cannot be changed if there exists position.',
);
export const CLOSE_POSITION_EXISTS = reject(
  -4130,
  'An open stop or take profit order with GTE and closePosition in the direction is existing.',
);
export const MARKET_PRICE_FILTER = reject(
  -4131,
  "The counterparty's best price does not meet the PERCENT_PRICE filter limit.",
);
export const TRAILING_CLOSE_POSITION = reject(
  -4136,
  'Target strategy invalid for orderType TRAILING_STOP_MARKET,closePosition true',
);
export const QUANTITY_WITH_CLOSE_POSITION = reject(
  -4137,
  'Quantity must be zero with closePosition equals true',
);
export const NO_POSITION = reject(-4054, 'Position is 0.');
export const SYMBOL_BREAK = reject(-4141, 'Symbol is closed.');
export const LEVERAGE_REDUCTION = reject(
  -4161,
  'Leverage reduction is not supported in Isolated Margin Mode with open positions.',
);
export const CLOSE_POSITION_FLAT = reject(
  -4509,
  'Time in Force (TIF) GTE can only be used with open positions. Please ensure that positions are available.',
);
export const FILL_OR_KILL = reject(
  -5021,
  'Due to the order could not be filled immediately, the FOK order has been rejected. The order will not be recorded in the order history.',
);
export const POST_ONLY = reject(
  -5022,
  'Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history.',
);
export const NOTHING_TO_AMEND = reject(-5027, 'No need to modify the order.');

export const illegalParameter = (name: string): Rejection =>
  reject(-1100, `Illegal characters found in parameter '${name}'.`);
export const missingParameter = (name: string): Rejection =>
  reject(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const unwantedParameter = (name: string): Rejection =>
  reject(-1106, `Parameter '${name}' sent when not required.`);
export const minNotional = (text: string): Rejection =>
  reject(
    -4164,
    `Order's notional must be no smaller than ${text} (unless you choose reduce only).`,
  );
export const priceTooHigh = (text: string): Rejection =>
  reject(-4016, `Limit price can't be higher than ${text}.`);
export const priceTooLow = (text: string): Rejection =>
  reject(-4024, `Limit price can't be lower than ${text}.`);
export const badLeverage = (leverage: number): Rejection =>
  reject(-4028, `Leverage ${leverage} is not valid`);
