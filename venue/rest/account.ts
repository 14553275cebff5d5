/** Balances, positions, leverage, fees, income and listen keys. */
import { account, allOrders, incomes, positions, trades } from '../../core/matching/queries.ts';
import type { AccountView, OrderView, PositionView } from '../../core/matching/types.ts';
import { negateMoney } from '../../core/money/arithmetic.ts';
import { money, moneyText, textFromNumber } from '../../core/money/units.ts';
import { VenueError } from '../errors.ts';
import { tierOfFees } from '../fee-tiers.ts';
import {
  accountJson,
  balanceJson,
  bracketsJson,
  positionRiskJson,
  symbolConfigJson,
} from './account-shapes.ts';
import { accepted, commandBase, historyFilter, optionalSymbol } from './order-parameters.ts';
import { orderJson } from './order-shapes.ts';
import { perSymbol, perSymbolWeight, tapeOf } from './route.ts';
import type { Call, RouteTable } from './route.ts';

type Json = Record<string, unknown>;

export const ACCOUNT_ROUTES: RouteTable = {
  'GET account': { security: 'signed', weight: 5, handle: getAccount },
  'GET balance': { security: 'signed', weight: 5, handle: (call) => [balanceJson(view(call))] },
  'GET accountConfig': { security: 'signed', weight: 5, handle: accountConfig },
  'GET positionRisk': { security: 'signed', weight: 5, handle: positionRisk },
  'GET leverageBracket': { security: 'signed', weight: 1, handle: leverageBracket },
  'GET symbolConfig': { security: 'signed', weight: 5, handle: symbolConfig },
  'GET commissionRate': { security: 'signed', weight: 20, handle: commissionRate },
  'POST leverage': { security: 'signed', weight: 1, handle: setLeverage },
  'POST marginType': { security: 'signed', weight: 1, handle: setMarginType },
  'GET positionSide/dual': {
    security: 'signed',
    weight: 30,
    handle: () => ({ dualSidePosition: false }),
  },
  'POST positionSide/dual': { security: 'signed', weight: 1, handle: setPositionSide },
  'GET multiAssetsMargin': {
    security: 'signed',
    weight: 30,
    handle: () => ({ multiAssetsMargin: false }),
  },
  'GET forceOrders': { security: 'signed', weight: perSymbolWeight(20, 50), handle: listForced },
  'GET income': { security: 'signed', weight: 30, handle: listIncome },
  'POST listenKey': { security: 'key', weight: 1, handle: createListenKey },
  'PUT listenKey': { security: 'key', weight: 1, handle: renewListenKey },
  'DELETE listenKey': { security: 'key', weight: 1, handle: removeListenKey },
};

const view = (call: Call): AccountView => account(call.parts.exchange.state, call.account);

/** The caller's positions on the listed symbols, or on the one that the call names. */
function held(call: Call): PositionView[] {
  const symbol = optionalSymbol(call);
  return positions(call.parts.exchange.state, call.account).filter((position) =>
    symbol === undefined ? call.parts.tapes.has(position.symbol) : position.symbol === symbol,
  );
}

const isOpen = (position: PositionView): boolean =>
  position.quantity !== '0' || position.openOrderInitialMargin !== '0';

/** v3 lists only symbols with a position or orders; v2 lists all. */
const shown = (call: Call): PositionView[] =>
  call.version >= 3 ? held(call).filter(isOpen) : held(call);

function getAccount(call: Call): Json {
  return accountJson(view(call), shown(call));
}

function accountConfig(call: Call): Json {
  return {
    feeTier: tierOfFees(view(call)),
    canTrade: true,
    canDeposit: true,
    canWithdraw: false,
    dualSidePosition: false,
    updateTime: 0,
    multiAssetsMargin: false,
    tradeGroupId: -1,
  };
}

function positionRisk(call: Call): Json[] {
  return shown(call).map((position) => positionRiskJson(position, call.version));
}

function leverageBracket(call: Call): unknown {
  const { brackets } = call.parts.exchange.state.config;
  return perSymbol(call, (tape) =>
    call.parameters.text('symbol') === undefined
      ? bracketsJson(tape.rules.symbol, brackets)
      : [bracketsJson(tape.rules.symbol, brackets)],
  );
}

function symbolConfig(call: Call): Json[] {
  return held(call).map(symbolConfigJson);
}

function commissionRate(call: Call): Json {
  const { makerFeeBps, takerFeeBps } = view(call);
  return {
    symbol: tapeOf(call).rules.symbol,
    makerCommissionRate: textFromNumber(makerFeeBps / 10_000),
    takerCommissionRate: textFromNumber(takerFeeBps / 10_000),
    rpiCommissionRate: '0',
  };
}

function setLeverage(call: Call): Json {
  const leverage = call.parameters.integer('leverage') ?? 0;
  if (leverage < 1 || leverage > 125) {
    throw new VenueError(-4028, `Leverage ${leverage} is not valid`);
  }
  const base = commandBase(call);
  accepted(call.parts.exchange.submit({ type: 'setLeverage', ...base, leverage }));
  const position = held(call)[0];
  return { leverage, maxNotionalValue: position?.maxNotional ?? '0', symbol: base.symbol };
}

function setMarginType(call: Call): Json {
  const marginType = call.parameters.oneOf(
    'marginType',
    ['ISOLATED', 'CROSSED'],
    -1130,
    "Data sent for parameter 'marginType' is not valid.",
  );
  const base = commandBase(call);
  accepted(call.parts.exchange.submit({ type: 'setMarginType', ...base, marginType }));
  return { code: 200, msg: 'success' };
}

/** Only one-way mode exists here, so there is never a need to change it. */
function setPositionSide(call: Call): never {
  if (call.parameters.boolean('dualSidePosition') === true) {
    throw new VenueError(-4068, 'Position side cannot be changed: hedge mode is not available.');
  }
  throw new VenueError(-4059, 'No need to change position side.');
}

/** Orders of the venue itself on the account: liquidations and auto-deleveragings. */
function listForced(call: Call): Json[] {
  const wanted = call.parameters.text('autoCloseType');
  const { limit = 50, ...filter } = historyFilter(call, 'orderId');
  return allOrders(call.parts.exchange.state, call.account, filter)
    .filter((order) => order.liquidation === true)
    .filter((order) => wanted === undefined || wanted === autoCloseType(order))
    .slice(-limit)
    .map((order) => orderJson(order, true));
}

const autoCloseType = ({ clientOrderId }: OrderView): string =>
  clientOrderId.startsWith('adl') ? 'ADL' : 'LIQUIDATION';

/** Money movements, trades included, oldest first. */
function listIncome(call: Call): Json[] {
  const filter = historyFilter(call, 'fromId');
  const { state } = call.parts.exchange;
  const moved = incomes(state, call.account, filter).map((row) => ({
    symbol: row.symbol,
    incomeType: row.incomeType as string,
    income: row.income as string,
    time: row.time,
    tranId: row.transactionId,
    tradeId: '',
  }));
  const traded = trades(state, call.account, filter).flatMap((trade) => [
    { ...tradeIncome(trade), incomeType: 'REALIZED_PNL', income: trade.realizedProfit },
    {
      ...tradeIncome(trade),
      incomeType: 'COMMISSION',
      income: moneyText(negateMoney(money(trade.fee))),
    },
  ]);
  const wanted = call.parameters.text('incomeType');
  return [...moved, ...traded]
    .filter((row) => row.income !== '0' && (wanted === undefined || row.incomeType === wanted))
    .toSorted((a, b) => a.time - b.time)
    .slice(0, call.parameters.limit(100, 1_000))
    .map((row) => ({ ...row, asset: 'USDT', info: row.incomeType }));
}

const tradeIncome = (trade: {
  readonly symbol: string;
  readonly time: number;
  readonly tradeId: number;
}): { symbol: string; time: number; tranId: number; tradeId: string } => ({
  symbol: trade.symbol,
  time: trade.time,
  tranId: trade.tradeId,
  tradeId: String(trade.tradeId),
});

function createListenKey(call: Call): Json {
  return { listenKey: call.parts.listenKeys.create(call.account) };
}

function renewListenKey(call: Call): Json {
  return { listenKey: call.parts.listenKeys.renew(call.account) };
}

function removeListenKey(call: Call): Json {
  call.parts.listenKeys.remove(call.account);
  return {};
}
