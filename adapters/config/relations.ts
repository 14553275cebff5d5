/** Rules between two keys. Each names the key that a person would change. */
import type { ConfigFile } from './schema.ts';
import { utcTimeOf } from './utc-time.ts';

type FlowTrading = ConfigFile['flow_trading'];
export type BrokenRelation = {
  readonly path: string;
  readonly value: unknown;
  readonly range: string;
};

export function brokenRelations(file: ConfigFile): BrokenRelation[] {
  const { flow_trading: trading } = file;
  return [
    ...tradingRelations('flow_trading', trading),
    ...Object.entries(file.symbol_overrides).flatMap(([symbol, override]) =>
      tradingRelations(`symbol_overrides.${symbol}`, withOverride(trading, override)),
    ),
    ...below(
      'flow_trading.risk.leverage',
      trading.risk.leverage,
      'limits.max_leverage',
      file.limits.max_leverage,
    ),
    ...samePorts(file.ports),
    ...shortTimer(file.safety.dead_man_timer_s),
    ...uselessReplay(file.market),
    ...endBeforeStart(file.market),
  ];
}

/** Shorter than this it would run out between two renewals on a busy machine. */
const TIMER_MIN_S = 10;

const shortTimer = (value: number): BrokenRelation[] =>
  value === 0 || value >= TIMER_MIN_S
    ? []
    : [
        {
          path: 'safety.dead_man_timer_s',
          value,
          range: `0, or a whole number from ${TIMER_MIN_S} to 3600`,
        },
      ];

type Market = ConfigFile['market'];

/** Who names recorded bars and forgets the source would trade the synthetic market instead. */
function uselessReplay({ source, ...market }: Market): BrokenRelation[] {
  if (source === 'replay') return [];
  const range = `nothing while market.source is ${source}; recorded bars need market.source replay`;
  return (['replay_dir', 'replay_files', 'replay_from', 'replay_to'] as const)
    .map((key) => ({ path: `market.${key}`, value: market[key], range }))
    .filter(({ value }) => Object.keys(value).length > 0);
}

function endBeforeStart({ replay_from: from, replay_to: to }: Market): BrokenRelation[] {
  const [start, end] = [utcTimeOf(from), utcTimeOf(to)];
  if (start === undefined || end === undefined || end > start) return [];
  const range = `a time after market.replay_from, ${from}`;
  return [{ path: 'market.replay_to', value: to, range }];
}

type Overridable = { readonly scalping: object; readonly grid: object; readonly risk: object };

/** The settings of one symbol: the general ones with its own on top. */
export function withOverride<T extends Overridable>(
  trading: T,
  override: Partial<Overridable> | undefined,
): T {
  return {
    ...trading,
    scalping: { ...trading.scalping, ...override?.scalping },
    grid: { ...trading.grid, ...override?.grid },
    risk: { ...trading.risk, ...override?.risk },
  };
}

function tradingRelations(root: string, { grid, scalping, regime }: FlowTrading): BrokenRelation[] {
  const at = (key: string) => `${root}.${key}`;
  return [
    ...below(at('grid.initial_levels'), grid.initial_levels, 'grid.levels', grid.levels),
    ...below(
      at('grid.max_spread_pct'),
      grid.max_spread_pct,
      'grid.breakout_threshold_pct',
      grid.breakout_threshold_pct,
    ),
    ...below(
      at('grid.breakout_threshold_pct'),
      grid.breakout_threshold_pct,
      'grid.stop_pct',
      grid.stop_pct,
    ),
    ...below(
      'flow_trading.regime.exit_trend_strength',
      regime.exit_trend_strength,
      'scalping.min_trend_strength',
      scalping.min_trend_strength,
    ),
  ];
}

const below = (path: string, value: number, limitPath: string, limit: number): BrokenRelation[] =>
  value <= limit ? [] : [{ path, value, range: `at most ${limit}, the value of ${limitPath}` }];

function samePorts(ports: ConfigFile['ports']): BrokenRelation[] {
  const entries = Object.entries(ports);
  return entries.flatMap(([name, port], at) => {
    const other = entries.slice(0, at).find(([, taken]) => taken === port);
    return other === undefined
      ? []
      : [
          {
            path: `ports.${name}`,
            value: port,
            range: `a port other than that of ports.${other[0]}`,
          },
        ];
  });
}
