/** Binance USD-M payloads as zod sees them. Unknown keys are ignored, wrong ones refused. */
import { z } from 'zod';
import { parseDecimal } from '../../core/money/decimal-text.ts';

/** Decimal text, also from a JSON number. */
const decimal = z
  .union([z.string(), z.number().transform(String)])
  .refine((text) => parseDecimal(text) !== undefined, 'decimal text');
/** Ids are numbers on the wire and beyond 2^53 text. */
const id = z.union([z.string().min(1), z.number().transform(String)]);
const time = z.coerce.number().int().nonnegative();
const side = z.enum(['BUY', 'SELL']);

const ORDER_STATUSES = [
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'EXPIRED_IN_MATCH',
  'REJECTED',
] as const;
const ALGO_STATUSES = [
  'NEW',
  'TRIGGERING',
  'TRIGGERED',
  'FINISHED',
  'CANCELED',
  'EXPIRED',
  'REJECTED',
] as const;

export const orderSchema = z.object({
  orderId: id,
  symbol: z.string(),
  clientOrderId: z.string(),
  status: z.enum(ORDER_STATUSES),
  side,
  price: decimal,
  origQty: decimal,
  executedQty: decimal,
  reduceOnly: z.boolean(),
  origType: z.string().optional(),
  updateTime: time,
});

export const algoSchema = z.object({
  algoId: id,
  clientAlgoId: z.string(),
  symbol: z.string(),
  side,
  algoStatus: z.enum(ALGO_STATUSES),
  quantity: decimal,
  triggerPrice: decimal,
  price: decimal.optional(),
  reduceOnly: z.boolean(),
  actualOrderId: z.union([id, z.literal('')]).optional(),
  actualQty: z.union([decimal, z.literal('')]).optional(),
  updateTime: time.optional(),
  createTime: time.optional(),
});

export const tradeSchema = z.object({
  id,
  orderId: id,
  symbol: z.string(),
  side,
  price: decimal,
  qty: decimal,
  realizedPnl: decimal,
  commission: decimal,
  commissionAsset: z.string(),
  maker: z.boolean(),
  time,
});

/** POST countdownCancelAll: milliseconds as text. */
export const countdownSchema = z.object({ countdownTime: z.coerce.string() });

export const refusalSchema = z.object({ code: z.coerce.string(), msg: z.string() });

/** An order or a refusal for each entry; the gateway looks at them one by one. */
export const batchSchema = z.array(z.unknown()).max(5);

/** ORDER_TRADE_UPDATE, its field `o`. */
export const orderUpdateSchema = z.object({
  s: z.string(),
  c: z.string(),
  S: side,
  q: decimal,
  p: decimal,
  x: z.string(),
  X: z.enum(ORDER_STATUSES),
  i: id,
  l: decimal,
  z: decimal,
  L: decimal,
  n: decimal.optional(),
  N: z.string().nullish(),
  T: time,
  t: id,
  m: z.boolean(),
  R: z.boolean(),
  rp: decimal,
  /** Original type: that of the conditional order, for its child. */
  ot: z.string().optional(),
});

/** ALGO_UPDATE, its field `o`. */
export const algoUpdateSchema = z.object({
  caid: z.string(),
  aid: id,
  s: z.string(),
  S: side,
  q: decimal,
  X: z.enum(ALGO_STATUSES),
  ai: z.union([id, z.literal('')]).optional(),
  aq: z.union([decimal, z.literal('')]).optional(),
  tp: decimal,
  R: z.boolean(),
});

/** `symbol` is empty where the account itself is concerned. */
export const incomeSchema = z.object({
  symbol: z.string(),
  incomeType: z.string().min(1),
  income: decimal,
  asset: z.string().min(1),
  time,
  tranId: id,
});

/** Any frame about an order. */
export const orderFrameSchema = z.object({ e: z.enum(['ORDER_TRADE_UPDATE', 'ALGO_UPDATE']) });

export const userFrameSchema = z.discriminatedUnion('e', [
  z.object({ e: z.literal('ORDER_TRADE_UPDATE'), o: orderUpdateSchema }),
  z.object({ e: z.literal('ALGO_UPDATE'), T: time, o: algoUpdateSchema }),
  z.object({ e: z.literal('ACCOUNT_UPDATE'), a: z.object({ m: z.string() }) }),
  z.object({ e: z.literal('listenKeyExpired') }),
]);

const filterSchema = z.object({
  filterType: z.string(),
  tickSize: decimal.optional(),
  stepSize: decimal.optional(),
  minQty: decimal.optional(),
  maxQty: decimal.optional(),
  notional: decimal.optional(),
  limit: z.number().optional(),
  multiplierUp: decimal.optional(),
  multiplierDown: decimal.optional(),
});
export type SymbolFilter = z.output<typeof filterSchema>;

export const rateLimitsSchema = z.object({
  rateLimits: z
    .array(
      z.object({
        rateLimitType: z.string(),
        interval: z.string(),
        intervalNum: z.number(),
        limit: z.number(),
      }),
    )
    .default([]),
});

export const exchangeInfoSchema = z.object({
  symbols: z.array(
    z.object({
      symbol: z.string(),
      status: z.string(),
      baseAsset: z.string(),
      quoteAsset: z.string(),
      filters: z.array(filterSchema),
    }),
  ),
});
export type SymbolInfo = z.output<typeof exchangeInfoSchema>['symbols'][number];

export const commissionSchema = z.object({
  makerCommissionRate: decimal,
  takerCommissionRate: decimal,
});
export const bookTickerSchema = z.object({ bidPrice: decimal, askPrice: decimal, time });
const levels = z.array(z.tuple([decimal, decimal]));
export const depthSchema = z.object({ bids: levels, asks: levels });
export const premiumIndexSchema = z.object({ markPrice: decimal, time });
export const serverTimeSchema = z.object({ serverTime: time });
export const positionRiskSchema = z.array(
  z.object({
    symbol: z.string(),
    positionSide: z.string(),
    positionAmt: decimal,
    entryPrice: decimal,
    markPrice: decimal,
    unRealizedProfit: decimal,
  }),
);
export const symbolConfigSchema = z.array(
  z.object({
    symbol: z.string(),
    marginType: z.enum(['ISOLATED', 'CROSSED']),
    leverage: z.number(),
  }),
);
export const accountSchema = z.object({
  assets: z.array(z.object({ asset: z.string(), walletBalance: decimal, marginBalance: decimal })),
});
export const positionModeSchema = z.object({ dualSidePosition: z.boolean() });
/** Twelve elements: open time, open, high, low, close, volume, close time, … */
export const klinesSchema = z.array(
  z.tuple([time, decimal, decimal, decimal, decimal, decimal]).rest(z.unknown()),
);
