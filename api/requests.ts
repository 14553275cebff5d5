/** Bodies, queries and path parameters. Strict: an unknown key is an error, never ignored. */
import { z } from '@hono/zod-openapi';
import { HALT_LEVELS } from './standing-halts.ts';
import { parseSymbol, SYMBOL_RANGE } from './symbol-text.ts';

const SYMBOLS_MAX = 200;
const REASON_MAX = 500;

const symbol = z
  .string()
  .transform((text, context) => {
    const parsed = parseSymbol(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: SYMBOL_RANGE });
    return z.NEVER;
  })
  .openapi({ type: 'string', description: SYMBOL_RANGE, example: 'BTCUSDT' });

const symbols = z
  .array(symbol)
  .min(1)
  .max(SYMBOLS_MAX)
  .refine((list) => new Set(list).size === list.length, 'a list of distinct symbols');

const reason = z.string().trim().min(1).max(REASON_MAX);

export const startBody = z
  .strictObject({
    symbols: symbols.optional().openapi({
      description: 'Default: the symbols of the configuration.',
      example: ['BTCUSDT', 'ETH/USDT:USDT'],
    }),
    max_symbols: z.int().min(1).max(SYMBOLS_MAX).default(SYMBOLS_MAX).openapi({
      description: 'More symbols than this are refused; nothing is started then.',
    }),
    use_ml_signals: z.boolean().default(false),
    use_advanced_risk: z.boolean().default(false),
    use_grid_optimization: z.boolean().default(false),
  })
  .openapi('StartRequest');
export type StartBody = z.output<typeof startBody>;

export const stopBody = z
  .strictObject({
    symbols: symbols.optional().openapi({ description: 'Default: every running symbol.' }),
    flatten: z.boolean().default(false).openapi({
      description: 'True: leave at market now. False: cancel entries and manage to flat.',
    }),
    reason: reason.default('stopped by the operator'),
  })
  .openapi('StopRequest');
export type StopBody = z.output<typeof stopBody>;

export const emergencyStopBody = z
  .strictObject({
    symbols: symbols.optional().openapi({ description: 'Default: every symbol.' }),
    level: z
      .enum(HALT_LEVELS)
      .default('HALT')
      .openapi({
        description:
          'HALT keeps positions under their stops; HALT_AND_FLATTEN also closes them at market; ' +
          'LOCKOUT lets nothing out any more, protective orders included.',
      }),
    reason: reason.default('emergency stop'),
  })
  .openapi('EmergencyStopRequest');

export const levelBody = z
  .strictObject({
    symbols: symbols.optional().openapi({ description: 'Default: every running symbol.' }),
    level: z.enum(['PAUSE', 'REDUCING', 'ACTIVE']).openapi({
      description: 'PAUSE and REDUCING end entries and manage what is open; ACTIVE ends them.',
    }),
    reason: reason.default('set by the operator'),
  })
  .openapi('LevelRequest');
export type LevelBody = z.output<typeof levelBody>;

export const resumeBody = z
  .strictObject({
    symbols: symbols.optional().openapi({ description: 'Default: every running symbol.' }),
    reason: reason.openapi({ description: 'Why it is safe to trade again.' }),
    halt_id: z.string().min(1).max(REASON_MAX).optional().openapi({
      description:
        'Only this halt: refused when another one stands over the symbols, or this one not.',
    }),
  })
  .openapi('ResumeRequest');
export type ResumeBody = z.output<typeof resumeBody>;

export const noQuery = z.strictObject({});

const WHOLE_NUMBER = /^\d{1,6}$/;
export const recentTradesQuery = z.strictObject({
  limit: z
    .string()
    .regex(WHOLE_NUMBER, 'a whole number from 1 to 500')
    .transform(Number)
    .pipe(z.int().min(1).max(500))
    .default(50)
    .openapi({ type: 'integer', minimum: 1, maximum: 500, default: 50 }),
});

export const symbolParams = z.strictObject({ symbol });
