/** Where values come from: profile, file, environment, flags; each layer is a plain section. */
import { configSchema } from './schema.ts';
import { merged, metaAt, nested } from './paths.ts';
import type { Json } from './paths.ts';
import type { SettingMeta } from './settings.ts';

export type Origin = 'default' | 'paper profile' | 'file' | 'environment' | 'flag';

export type Layer = {
  readonly origin: Origin;
  readonly values: Json;
  /** What a person typed, by dotted path: a variable's name, a file's name, a flag. */
  readonly sourceOf: (path: string) => string;
};

const PREFIX = 'TIDEGATE__';

/** Names that other tools use too. Ours win. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres.url',
  TEMPORAL_ADDRESS: 'temporal.address',
};

/** `TIDEGATE__FLOW_TRADING__GRID__LEVELS=7` is `flow_trading.grid.levels: 7`. */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const names = new Map<string, string>();
  const wellKnown = Object.keys(WELL_KNOWN).filter((name) => env[name] !== undefined);
  const ours = Object.keys(env).filter((name) => name.startsWith(PREFIX));
  let values: Json = {};
  for (const name of [...wellKnown, ...ours.sort()]) {
    const path = WELL_KNOWN[name] ?? pathOf(name);
    names.set(path, name);
    values = merged(values, nested(path, readText(path, env[name] ?? '')));
  }
  return { origin: 'environment', values, sourceOf: (path) => names.get(path) ?? path };
}

/** What has symbols as keys. */
const BY_SYMBOL = new Set(['symbol_overrides', 'replay_files']);

/** Symbols keep their upper case: `TIDEGATE__SYMBOL_OVERRIDES__BTCUSDT__GRID__LEVELS`. */
function pathOf(name: string): string {
  const parts = name.slice(PREFIX.length).split('__');
  const lower = parts.map((part) => part.toLowerCase());
  return lower.map((part, at) => (BY_SYMBOL.has(lower[at - 1] ?? '') ? parts[at] : part)).join('.');
}

/** Flags by dotted path; text is read as the setting says, other values are taken as they are. */
export function flagLayer(flags: Readonly<Record<string, unknown>>): Layer {
  let values: Json = {};
  for (const [path, value] of Object.entries(flags)) {
    const read = typeof value === 'string' ? readText(path, value) : value;
    values = merged(values, nested(path, read));
  }
  return { origin: 'flag', values, sourceOf: (path) => `flag for ${path}` };
}

/** Text that does not read as its kind stays text: the schema then names it as wrong. */
function readText(path: string, written: string): unknown {
  const kind: SettingMeta['reads'] = metaAt(configSchema, path.split('.'))?.reads ?? 'text';
  if (kind === 'list')
    return written
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);
  if (kind === 'boolean' && /^(true|false)$/i.test(written))
    return written.toLowerCase() === 'true';
  const number = written.trim() === '' ? Number.NaN : Number(written);
  return kind === 'number' && !Number.isNaN(number) ? number : written;
}
