/** User data stream payloads of USD-M. `E` and `T` are market time. */
import { assertNever } from '../../core/assert.ts';
import type {
  AccountUpdate,
  AlgoUpdate,
  LeverageUpdate,
  MatchingEvent,
  OrderUpdate,
} from '../../core/matching/types.ts';
import { sideText, statusText } from '../rest/order-shapes.ts';

type Json = Record<string, unknown>;

/** The frame of one event of the matching engine. */
export function userFrame(event: MatchingEvent): Json {
  switch (event.type) {
    case 'orderUpdate':
      return orderFrame(event);
    case 'algoUpdate':
      return algoFrame(event);
    case 'accountUpdate':
      return accountFrame(event);
    case 'leverageUpdate':
      return leverageFrame(event);
    default:
      return assertNever(event);
  }
}

function orderFrame({ time, executionType, order, trade }: OrderUpdate): Json {
  return {
    e: 'ORDER_TRADE_UPDATE',
    T: time,
    E: time,
    o: {
      s: order.symbol,
      c: order.clientOrderId,
      S: sideText(order.side),
      o: order.type,
      f: order.timeInForce,
      q: order.origQty,
      p: order.price,
      ap: order.avgPrice,
      sp: order.stopPrice,
      x: executionType,
      X: statusText(order),
      i: order.orderId,
      l: trade?.quantity ?? '0',
      z: order.executedQty,
      L: trade?.price ?? '0',
      ...(trade === undefined ? {} : { N: trade.feeAsset, n: trade.fee }),
      T: time,
      t: trade?.tradeId ?? 0,
      b: '0',
      a: '0',
      m: trade?.maker ?? false,
      R: order.reduceOnly,
      wt: order.workingType,
      ot: order.origType,
      ps: 'BOTH',
      cp: order.closePosition,
      rp: trade?.realizedProfit ?? '0',
      pP: false,
      si: order.algoId ?? 0,
      ss: 0,
      V: order.selfTradePrevention ?? 'NONE',
      pm: 'NONE',
      gtd: 0,
    },
  };
}

function algoFrame({ time, algo }: AlgoUpdate): Json {
  return {
    e: 'ALGO_UPDATE',
    T: time,
    E: time,
    o: {
      caid: algo.clientAlgoId,
      aid: algo.algoId,
      at: 'CONDITIONAL',
      o: algo.orderType,
      s: algo.symbol,
      S: sideText(algo.side),
      ps: 'BOTH',
      f: algo.timeInForce,
      q: algo.quantity,
      X: algo.status,
      ai: algo.actualOrderId === undefined ? '' : String(algo.actualOrderId),
      ap: algo.actualPrice,
      aq: algo.actualQty,
      act: '0',
      tp: algo.triggerPrice,
      p: algo.price,
      V: 'NONE',
      wt: algo.workingType,
      pm: 'NONE',
      cp: algo.closePosition,
      pP: false,
      R: algo.reduceOnly,
      tt: algo.triggerTime ?? 0,
      gtd: 0,
      rm: algo.failReason ?? '',
    },
  };
}

function accountFrame(event: AccountUpdate): Json {
  return {
    e: 'ACCOUNT_UPDATE',
    T: event.time,
    E: event.time,
    a: {
      m: event.reason,
      B: [
        {
          a: 'USDT',
          wb: event.walletBalance,
          cw: event.crossWalletBalance,
          bc: event.balanceChange,
        },
      ],
      P: event.positions.map((position) => ({
        s: position.symbol,
        pa: position.quantity,
        ep: position.entryPrice,
        bep: position.entryPrice,
        cr: position.accumulatedRealized,
        up: position.unrealizedProfit,
        mt: position.marginType === 'ISOLATED' ? 'isolated' : 'cross',
        iw: position.isolatedWallet,
        ps: 'BOTH',
        ma: 'USDT',
      })),
    },
  };
}

const leverageFrame = (event: LeverageUpdate): Json => ({
  e: 'ACCOUNT_CONFIG_UPDATE',
  T: event.time,
  E: event.time,
  ac: { s: event.symbol, l: event.leverage },
});
