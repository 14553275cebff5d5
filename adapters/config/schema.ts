/** The keys of `tidegate.yaml`, with defaults, ranges and clocks. Keys are snake_case, units stand last. */
import { z } from 'zod';
import {
  choice,
  decimal,
  duration,
  flag,
  metaOf,
  symbolList,
  symbolName,
  text,
  whole,
} from './settings.ts';
import type { Setting } from './settings.ts';

const scalping = {
  profit_target_pct: decimal('Target of a scalp from its entry', { min: 0.05, max: 10, default: 0.5 }),
  stop_loss_pct: decimal('Stop of a scalp from its entry', { min: 0.05, max: 10, default: 0.3 }),
  trailing_stop: flag('Trail the stop once the position is in profit', true),
  min_trend_strength: decimal('ADX at which the trend state is entered', { min: 21, max: 80, default: 25 }),
  min_confidence: decimal('Least confidence of an entry, 0 to 1', { min: 0, max: 1, default: 0.75 }),
  holding_limit_s: duration('market time', 'Longest time that a scalp is held', { min: 10, max: 86_400, default: 900 }),
  cooldown_s: duration('market time', 'Pause between two scalps', { min: 0, max: 86_400, default: 60 }),
};

const grid = {
  levels: whole('Most levels a side', { min: 1, max: 50, default: 5 }),
  initial_levels: whole('Levels a side at the start', { min: 1, max: 50, default: 3 }),
  spacing_multiplier: decimal('Factor on the ATR and Bollinger spacing', { min: 0.1, max: 10, default: 1 }),
  fallback_spacing_pct: decimal('Spacing while ATR is unknown', { min: 0.05, max: 10, default: 0.4 }),
  max_spread_pct: decimal('Distance from the centre to the outermost level', { min: 0.1, max: 50, default: 2 }),
  breakout_threshold_pct: decimal('Distance from the centre at which the grid is given up', { min: 0.1, max: 50, default: 3 }),
  stop_pct: decimal('Distance from the centre at which the stops stand at the venue', { min: 0.2, max: 60, default: 3.5 }),
  profit_per_level_pct: decimal('Gross distance of the counter-order from the fill price', { min: 0.01, max: 10, default: 0.2 }),
  reset_profit_pct: decimal('Net profit since the last reset, of the worst one-sided notional, at which the grid is planned anew', { min: 0.01, max: 100, default: 1 }),
  reset_interval_s: duration('market time', 'Least time between two resets', { min: 0, max: 86_400, default: 300 }),
  unwind_limit_s: duration('market time', 'Longest time that inventory is worked out at the touch before it is closed at market', { min: 1, max: 3_600, default: 60 }),
};

const risk = {
  max_concurrent_grids: whole('Most grids at once', { min: 0, max: 1_000, default: 3 }),
  position_size_pct: decimal('Initial margin of a position over equity; notional is margin times leverage', { min: 0.01, max: 100, default: 0.5 }),
  exposure_limit_pct: decimal('Initial margin of all positions and working orders over equity', { min: 0.1, max: 100, default: 10 }),
  daily_loss_limit_pct: decimal('Realised and unrealised loss since 00:00 UTC, over the equity then, at which everything is halted', { min: 0.1, max: 100, default: 5 }),
  symbol_drawdown_limit_pct: decimal('Drawdown at which a symbol is halted', { min: 0.1, max: 100, default: 3 }),
  correlation_limit: decimal('Correlation of two symbols above which they share one limit, 0 to 1', { min: 0, max: 1, default: 0.7 }),
  leverage: decimal('Leverage set at the venue before the first order', { min: 1, max: 125, default: 3 }),
  protection_grace_ms: duration('wall time', 'Time without live protection after which the inventory is closed', { min: 500, max: 60_000, default: 5_000 }),
};

const regime = {
  exit_trend_strength: decimal('ADX at which the trend state is left', { min: 5, max: 80, default: 20 }),
  confirmation_bars: whole('5m bars that must agree before a regime is confirmed', { min: 1, max: 100, default: 2 }),
  min_dwell_s: duration('market time', 'Least time in a regime before the next switch', { min: 0, max: 86_400, default: 600 }),
  max_switches_per_hour: whole('Most switches in one hour of market time', { min: 1, max: 60, default: 4 }),
};

/** Last checks before an order goes out; the letters are the controls' names in the decision log. */
const limits = {
  allowed_symbols: symbolList('Symbols that may be traded; empty means those of `symbols`', []),
  max_order_notional_pct: decimal('Largest order, notional over equity', { min: 0.1, max: 1_000, default: 5 }),
  aggressive_collar_pct: decimal('Most distance of a marketable price from the fresh mid', { min: 0.01, max: 20, default: 0.5 }),
  passive_distance_pct: decimal('Most distance of a resting price from the fresh mid', { min: 0.1, max: 50, default: 20 }),
  max_position_pct: decimal('Largest position a symbol with all working orders, notional over equity', { min: 0.1, max: 10_000, default: 20 }),
  max_gross_exposure_pct: decimal('All positions and working orders, notional over equity', { min: 0.1, max: 10_000, default: 150 }),
  max_leverage: decimal('Leverage above which the start is refused', { min: 1, max: 125, default: 2 }),
  max_open_orders_symbol: whole('Open orders a symbol', { min: 1, max: 200, default: 40 }),
  max_open_orders_account: whole('Open orders of the account', { min: 1, max: 10_000, default: 150 }),
  scalp_data_age_ms: duration('wall time', 'Age of market data above which no scalp adds risk', { min: 100, max: 600_000, default: 2_000 }),
  grid_data_age_ms: duration('wall time', 'Age of market data above which no grid adds risk', { min: 100, max: 600_000, default: 10_000 }),
  cancel_data_age_ms: duration('wall time', 'Age of market data above which resting entries are cancelled', { min: 1_000, max: 3_600_000, default: 30_000 }),
  halt_data_age_ms: duration('wall time', 'Age of market data above which the symbol is halted', { min: 1_000, max: 3_600_000, default: 60_000 }),
};

const account = {
  name: text('Name of the paper account', /^[a-z][a-z0-9-]{0,31}$/, { range: 'lower-case letters, digits and hyphens, at most 32', default: 'paper' }),
  balance_usdt: decimal('Opening balance of a new paper account', { min: 10, max: 1_000_000_000, default: 10_000 }),
};

const market = {
  source: choice('Where the paper venue takes its market from', ['synthetic'], 'synthetic'),
  speed: decimal('Market seconds per wall second until market time has caught up', { min: 0.1, max: 10_000, default: 60 }),
  seed: whole('Seed of the synthetic market', { min: 0, max: 4_294_967_295, default: 1 }),
  start_before_h: decimal('How long before now a new market begins', { min: 0, max: 8_760, default: 24 }),
};

const port = (description: string, byDefault: number) =>
  whole(description, { min: 1, max: 65_535, default: byDefault });

const ports = {
  api: port('REST, WebSocket and dashboard', 8000),
  venue: port('Paper venue', 8010),
  venue_admin: port('Faults of the paper venue', 8011),
  temporal: port('Embedded Temporal', 7233),
  temporal_ui: port('Temporal Web UI', 8233),
  postgres: port('Embedded PostgreSQL', 5433),
};

const temporal = {
  address: text('host:port of a Temporal server; empty means the embedded one', /^$|^[^\s/]+:\d{1,5}$/, { range: 'empty, or host:port', default: '' }),
  namespace: text('Temporal namespace', /^[\w.-]{2,255}$/, { range: 'letters, digits, dot, hyphen and underscore', default: 'default' }),
};

const postgres = {
  url: text('Connection string; empty means the embedded server', /^$|^postgres(ql)?:\/\//, { range: 'empty, or postgres://…', default: '', secret: true }),
};

/** Input and output agree: every key has a default, so an empty file is a whole configuration. */
type Shape = Readonly<Record<string, Setting>>;
type Values<S extends Shape> = { [K in keyof S]: z.output<S[K]> };

function section<S extends Shape>(shape: S) {
  const withDefaults = Object.entries(shape).map(
    ([key, leaf]) => [key, leaf.default(metaOf(leaf)?.default)] as const,
  );
  const schema = z.strictObject(Object.fromEntries(withDefaults));
  return schema.prefault({}) as unknown as z.ZodPrefault<z.ZodType<Values<S>, Partial<Values<S>>>>;
}

/** What a symbol may say differently: any key of these sections, none of them required. */
function overridesOf<S extends Shape>(shape: S) {
  const optional = Object.entries(shape).map(([key, leaf]) => [key, leaf.optional()] as const);
  const schema = z.strictObject(Object.fromEntries(optional));
  return schema.prefault({}) as unknown as z.ZodPrefault<
    z.ZodType<Partial<Values<S>>, Partial<Values<S>>>
  >;
}

const { position_size_pct, symbol_drawdown_limit_pct } = risk;
const symbolOverride = z.strictObject({
  scalping: overridesOf(scalping),
  grid: overridesOf(grid),
  risk: overridesOf({ position_size_pct, symbol_drawdown_limit_pct }),
});

const topLevel = {
  mode: choice('Paper account or real money', ['paper'], 'paper'),
  symbols: symbolList('Symbols that are started', ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']),
  data_dir: text('Where embedded databases, logs and journals live, from the working directory', /\S/, { range: 'a path', default: '.tidegate' }),
  bind_address: text('Address that every server listens on', /^[0-9a-fA-F.:]+$/, { range: 'an IP address', default: '127.0.0.1' }),
};

const flowTrading = z
  .strictObject({
    enabled: flag('Start trading when everything is up', true).default(true),
    scalping: section(scalping),
    grid: section(grid),
    risk: section(risk),
    regime: section(regime),
  })
  .prefault({});

export const configSchema = z.strictObject({
  mode: topLevel.mode.default('paper'),
  symbols: topLevel.symbols.default(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']),
  data_dir: topLevel.data_dir.default('.tidegate'),
  bind_address: topLevel.bind_address.default('127.0.0.1'),
  flow_trading: flowTrading,
  symbol_overrides: z.record(symbolName, symbolOverride).default({}),
  limits: section(limits),
  account: section(account),
  market: section(market),
  ports: section(ports),
  temporal: section(temporal),
  postgres: section(postgres),
});

export type ConfigFile = z.output<typeof configSchema>;

/** Figures of the paper account where they differ from the careful defaults for real money. */
export const PAPER_PROFILE = {
  flow_trading: { risk: { position_size_pct: 2 } },
  limits: { max_order_notional_pct: 10, max_position_pct: 30, max_gross_exposure_pct: 100, max_leverage: 3 },
};
