/** Leaves of the configuration: each carries its own range, unit, clock and default, so that errors can name them. */
import { z } from 'zod';
import { utcTimeOf } from './utc-time.ts';

/** Market time is the venue's event time, wall time is this machine's. */
export type Clock = 'market time' | 'wall time';

export type SettingMeta = {
  readonly description: string;
  /** What is allowed, in words: `a whole number from 1 to 50`. */
  readonly range: string;
  /** How text from an environment variable or a flag becomes a value. */
  readonly reads: 'number' | 'boolean' | 'text' | 'list';
  readonly default: unknown;
  readonly secret?: boolean;
};

export type Setting<T = unknown> = z.ZodType<T, T>;

const settingMeta = z.registry<SettingMeta>();

/** The meta of a leaf; undefined for a section. */
export const metaOf = (schema: z.ZodType): SettingMeta | undefined => settingMeta.get(schema);

function setting<T>(schema: Setting<T>, meta: SettingMeta): Setting<T> {
  settingMeta.add(schema, meta);
  return schema;
}

type NumberRange = { readonly min: number; readonly max: number; readonly default: number };

export function decimal(description: string, { min, max, ...rest }: NumberRange): Setting<number> {
  const range = `a number from ${min} to ${max}`;
  const schema = z.number().min(min).max(max);
  return setting(schema, { description, range, reads: 'number', default: rest.default });
}

export function whole(description: string, { min, max, ...rest }: NumberRange): Setting<number> {
  const range = `a whole number from ${min} to ${max}`;
  const schema = z.int().min(min).max(max);
  return setting(schema, { description, range, reads: 'number', default: rest.default });
}

/** A duration; the key says the unit, the description the clock. */
export const duration = (clock: Clock, description: string, range: NumberRange): Setting<number> =>
  whole(`${description} (${clock})`, range);

export const flag = (description: string, byDefault: boolean): Setting<boolean> =>
  setting(z.boolean(), {
    description,
    range: 'true or false',
    reads: 'boolean',
    default: byDefault,
  });

export function choice<const T extends string>(
  description: string,
  choices: readonly T[],
  byDefault: T,
): Setting<T> {
  const range = `one of ${choices.join(', ')}`;
  return setting(z.enum(choices) as unknown as Setting<T>, {
    description,
    range,
    reads: 'text',
    default: byDefault,
  });
}

type TextOptions = { readonly range: string; readonly default: string; readonly secret?: boolean };

export const text = (description: string, pattern: RegExp, options: TextOptions): Setting<string> =>
  setting(z.string().regex(pattern), { description, reads: 'text', ...options });

/** A UTC date or date-time, or empty, which is the default; read it with `utcTimeOf`. */
export const utcTime = (description: string): Setting<string> =>
  setting(
    z.string().refine((written) => written === '' || utcTimeOf(written) !== undefined),
    {
      description,
      range: 'empty, or a UTC date or time such as 2024-03-01 or 2024-03-01T12:30Z',
      reads: 'text',
      default: '',
    },
  );

/** Empty by default. */
export const textList = (description: string, pattern: RegExp, range: string): Setting<string[]> =>
  setting(z.array(z.string().regex(pattern)), { description, range, reads: 'list', default: [] });

const SYMBOL = /^[A-Z0-9]{2,20}(_[0-9]{6})?$/;

/** The venue's own id, e.g. `BTCUSDT`. */
export const symbolName = z.string().regex(SYMBOL);

export function symbolList(description: string, byDefault: readonly string[]): Setting<string[]> {
  const range = 'a list of distinct venue symbols such as BTCUSDT';
  const schema = z.array(symbolName).refine((list) => new Set(list).size === list.length);
  return setting(schema, { description, range, reads: 'list', default: byDefault });
}
