/** What the API shows. Null always means "not known", never zero. */
import { z } from '@hono/zod-openapi';
import { REGIMES } from '../core/regime/regime.ts';
import { TRADING_LEVELS } from '../core/market/watch.ts';
import { HALT_LEVELS } from './standing-halts.ts';

const decimalText = z.string().openapi({ description: 'Decimal text.', example: '1234.5' });
const instant = z.string().openapi({ format: 'date-time', example: '2026-11-20T12:00:03.200Z' });
const side = z.enum(['buy', 'sell']);
const percent = z.number().openapi({ description: 'Percent.' });

const limitUse = z
  .strictObject({
    limit: z.string().openapi({ description: 'Key of the configuration.' }),
    symbol: z
      .string()
      .nullable()
      .openapi({ description: 'Of a limit for each symbol, the one that used most; else null.' }),
    max: z.number(),
    used: z.number().nullable(),
    share: z.number().nullable().openapi({ description: 'used / max, 0 to 1 and beyond.' }),
  })
  .openapi('LimitUse');

const halt = z
  .strictObject({
    halt_id: z.string(),
    level: z.enum(TRADING_LEVELS),
    reason: z.string(),
    by: z.string(),
    since: instant,
    symbols: z.array(z.string()).nullable().openapi({ description: 'Null: every symbol.' }),
  })
  .openapi('Halt');

export const symbolView = z
  .strictObject({
    symbol: z.string(),
    running: z.boolean().nullable(),
    state: z.string().nullable().openapi({ example: 'rangingGrid.working' }),
    level: z.enum(TRADING_LEVELS).nullable(),
    restraints: z
      .array(z.string())
      .readonly()
      .nullable()
      .openapi({
        description: 'Why it is REDUCING without a person; it ends with its causes.',
        example: ['PRICE_MOVED_TOO_FAST'],
      }),
    halted: z.boolean().nullable(),
    halt_reason: z.string().nullable(),
    regime: z.enum(REGIMES).nullable(),
    strategy: z.string().nullable(),
    decision: z
      .strictObject({ code: z.string(), reason: z.string().nullable() })
      .nullable()
      .openapi({ description: 'The last decision: why it trades or does not.' }),
    open_orders: z.int().nullable(),
    unknown_orders: z.int().nullable(),
    position: z
      .strictObject({
        side: z.enum(['LONG', 'SHORT', 'FLAT']),
        quantity: decimalText.openapi({ description: 'Base units, signed, long positive.' }),
        entry_price: decimalText.nullable(),
      })
      .nullable(),
    mark_price: decimalText.nullable(),
    stop: z
      .strictObject({ trigger_price: decimalText, distance_pct: percent.nullable() })
      .nullable()
      .openapi({ description: 'The protective stop that the position would hit.' }),
    grid_profit: decimalText.nullable().openapi({ description: 'Matched pairs, net of fees.' }),
    floating_profit: decimalText.nullable(),
    fees: decimalText.nullable(),
    funding: decimalText.nullable().openapi({ description: 'Received; negative was paid.' }),
    last_fill: z
      .strictObject({ time: instant, side, price: decimalText, quantity: decimalText })
      .nullable(),
    market_time: instant.nullable(),
    age_ms: z.int().nullable().openapi({ description: 'Wall time since the last report.' }),
  })
  .openapi('SymbolView');
export type SymbolView = z.infer<typeof symbolView>;

export const emergencyStopView = z
  .strictObject({
    halt_id: z.string(),
    level: z.enum(HALT_LEVELS),
    latched: z.boolean().openapi({
      description: 'False: PostgreSQL lacks the halt; the API keeps writing it and cancelling.',
    }),
    signalled: z.int().openapi({ description: 'Workflows that have the halt signal.' }),
    unsignalled: z.array(z.string()),
    cancelled: z.int().nullable(),
    still_open: z.int().nullable(),
    protective_stops_kept: z.int().nullable(),
    foreign_orders: z.int().nullable(),
    confirmed_at: instant.nullable().openapi({
      description: 'When the venue listed none of our ordinary orders.',
    }),
  })
  .openapi('EmergencyStopReport');
export type EmergencyStopView = z.infer<typeof emergencyStopView>;

export const statusView = z
  .strictObject({
    mode: z.string().openapi({ example: 'paper' }),
    account: z.string(),
    venue: z.string(),
    time: instant,
    flags: z.strictObject({
      enabled: z.boolean(),
      use_ml_signals: z.boolean(),
      use_advanced_risk: z.boolean(),
      use_grid_optimization: z.boolean(),
    }),
    latch: z.enum(['clear', 'set', 'unreadable']).openapi({
      description: 'The halt over the whole account; unreadable counts as set.',
    }),
    halts: z.array(halt).openapi({ description: 'Halts that only resume clears.' }),
    stops_in_progress: z.array(emergencyStopView).openapi({
      description: 'Emergency stops that the venue, PostgreSQL or Temporal have not confirmed yet.',
    }),
    equity: decimalText.nullable(),
    wallet: decimalText.nullable(),
    limits: z.array(limitUse),
    symbols: z.array(symbolView),
    unavailable: z
      .array(z.enum(['postgres', 'temporal', 'venue']))
      .openapi({ description: 'Parts that did not answer; what they know is null.' }),
  })
  .openapi('StatusView');
export type StatusView = z.infer<typeof statusView>;

export const tradesView = z
  .strictObject({
    trades: z.array(
      z
        .strictObject({
          trade_id: z.string(),
          time: instant,
          symbol: z.string(),
          side,
          price: decimalText,
          quantity: decimalText,
          fee: decimalText,
          fee_asset: z.string(),
          client_order_id: z.string().nullable(),
          strategy: z.string().nullable(),
        })
        .openapi('Trade'),
    ),
  })
  .openapi('TradesView');
export type TradesView = z.infer<typeof tradesView>;

export const startedView = z.strictObject({ started: z.array(z.string()) }).openapi('Started');
export const stoppedView = z
  .strictObject({ signalled: z.array(z.string()), flatten: z.boolean(), reason: z.string() })
  .openapi('Stopped');
export const levelSetView = z
  .strictObject({
    level: z.enum(['PAUSE', 'REDUCING', 'ACTIVE']),
    signalled: z.array(z.string()),
    reason: z.string(),
  })
  .openapi('LevelSet');
export const resumedView = z
  .strictObject({
    halt_ids: z.array(z.string()).openapi({ description: 'The halts that were cleared.' }),
    signalled: z.array(z.string()),
    reason: z.string(),
  })
  .openapi('Resumed');

const component = z.strictObject({
  name: z.enum(['postgres', 'temporal', 'venue', 'latch']),
  ok: z.boolean(),
  latency_ms: z.int().nullable(),
});
export const healthView = z
  .strictObject({
    status: z.enum(['healthy', 'degraded', 'down']),
    time: instant,
    components: z.array(component),
    down: z.array(z.string()),
  })
  .openapi('Health');
export type HealthView = z.infer<typeof healthView>;
