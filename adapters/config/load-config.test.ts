import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeConfig, loadConfig, tradingConfigOf } from './load-config.ts';
import type { LoadRequest } from './load-config.ts';
import { riskLimitsOf, strategyConfigOf } from './trading-config.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../../core/strategies/strategy-config.ts';
import { describeProblem } from './problems.ts';
import { utcTimeOf } from './utc-time.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: string, name = 'tidegate.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function accepted(request: LoadRequest) {
  const result = loadConfig(request);
  if (!result.ok) throw new Error(result.problems.map(describeProblem).join('\n'));
  return result;
}

function refused(request: LoadRequest) {
  const result = loadConfig(request);
  if (result.ok) throw new Error('the configuration was accepted');
  return result.problems;
}

test('what strategies read by default is what their own tests and the simulation use', () => {
  expect(strategyConfigOf(accepted({}).config, 'BTCUSDT')).toEqual(DEFAULT_STRATEGY_CONFIG);
});

test('without a file the paper defaults stand', () => {
  const { config } = accepted({});
  expect(config.symbols).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']);
  expect(config.account).toEqual({ name: 'paper', balanceUsdt: 10_000 });
  expect(config.market).toMatchObject({ speed: 60, startBeforeH: 24 });
  expect(config.flowTrading.grid).toMatchObject({ levels: 5, initialLevels: 3, stopPct: 3.5 });
  expect(config.flowTrading.risk).toMatchObject({
    positionSizePct: 2,
    exposureLimitPct: 10,
    dailyLossLimitPct: 5,
    leverage: 3,
    protectionGraceMs: 5_000,
  });
  expect(config.limits).toMatchObject({ maxOrderNotionalPct: 10, maxLeverage: 3 });
});

test('the keys of the specification work as they stand, as YAML and as JSON', () => {
  const json = `{ "flow_trading": { "enabled": true,
    "scalping": { "profit_target_pct": 0.6, "stop_loss_pct": 0.3, "trailing_stop": false, "min_trend_strength": 26 },
    "grid": { "levels": 4, "spacing_multiplier": 1.1, "max_spread_pct": 2.0, "breakout_threshold_pct": 3.0 },
    "risk": { "max_concurrent_grids": 2, "position_size_pct": 0.4, "daily_loss_limit_pct": 4.0, "correlation_limit": 0.6 } } }`;
  for (const name of ['tidegate.json', 'tidegate.yaml']) {
    const { config } = accepted({ file: fileWith(json, name) });
    expect(config.flowTrading.scalping).toMatchObject({
      trailingStop: false,
      minTrendStrength: 26,
    });
    expect(config.flowTrading.risk).toMatchObject({ positionSizePct: 0.4, correlationLimit: 0.6 });
  }
});

test('a flag beats the environment, which beats the file, which beats the default', () => {
  const file = fileWith('market: { speed: 2, seed: 2 }\naccount: { balance_usdt: 2000 }\n');
  const env = { TIDEGATE__MARKET__SPEED: '3', TIDEGATE__MARKET__SEED: '3' };
  const { config, values, origins } = accepted({ file, env, flags: { 'market.speed': '4' } });
  expect(config.market).toMatchObject({ speed: 4, seed: 3, startBeforeH: 24 });
  expect(config.account.balanceUsdt).toBe(2_000);
  const shown = new Map(describeConfig(values, origins).map((row) => [row.path, row]));
  expect(shown.get('market.speed')?.origin).toBe('flag');
  expect(shown.get('market.seed')).toMatchObject({
    origin: 'environment',
    source: 'TIDEGATE__MARKET__SEED',
  });
  expect(shown.get('account.balance_usdt')).toMatchObject({ origin: 'file', source: file });
  expect(shown.get('market.start_before_h')?.origin).toBe('default');
  expect(shown.get('flow_trading.risk.position_size_pct')?.origin).toBe('paper profile');
});

test('environment text is read as its setting says', () => {
  const { config } = accepted({
    env: {
      TIDEGATE__SYMBOLS: 'BTCUSDT, XRPUSDT',
      TIDEGATE__FLOW_TRADING__ENABLED: 'false',
      TIDEGATE__SAFETY__EXPECTED_BUILDS: '0123abc, 4567def',
      TIDEGATE__SYMBOL_OVERRIDES__BTCUSDT__GRID__LEVELS: '7',
      TEMPORAL_ADDRESS: 'temporal.internal:7233',
      UNRELATED: 'x',
    },
  });
  expect(config.symbols).toEqual(['BTCUSDT', 'XRPUSDT']);
  expect(config.flowTrading.enabled).toBe(false);
  expect(config.safety.expectedBuilds).toEqual(['0123abc', '4567def']);
  expect(config.temporal.address).toBe('temporal.internal:7233');
  expect(tradingConfigOf(config, 'BTCUSDT').grid.levels).toBe(7);
});

test('recorded bars are named by file, environment and flag', () => {
  const file = fileWith('market: { source: replay, replay_from: 2024-03-01T12:30Z }\n');
  const env = { TIDEGATE__MARKET__REPLAY_FILES__BTCUSDT: '/bars/b.csv' };
  const flags = { 'market.replay_dir': '/bars', 'market.replay_files.ETHUSDT': 'e.csv.gz' };
  expect(accepted({ file, env, flags }).config.market).toMatchObject({
    source: 'replay',
    replayDir: '/bars',
    replayFiles: { BTCUSDT: '/bars/b.csv', ETHUSDT: 'e.csv.gz' },
    replayFrom: '2024-03-01T12:30Z',
    replayTo: '',
  });
  expect(refused({ flags: { 'market.source': 'recorded' } })).toMatchObject([
    { path: 'market.source', value: '"recorded"', range: 'one of synthetic, replay' },
  ]);
});

test.each([
  ['2024-03-01', Date.UTC(2024, 2, 1)],
  ['2024-03-01T12:30', Date.UTC(2024, 2, 1, 12, 30)],
  ['2024-03-01T12:30:15Z', Date.UTC(2024, 2, 1, 12, 30, 15)],
  ['2024-03-01 12:30', undefined],
  ['2024-02-30', undefined],
  ['1709251200000', undefined],
])('the time %s is read as UTC', (written, time) => {
  expect(utcTimeOf(written)).toBe(time);
});

test('a bad value names path, value, range and where it was written', () => {
  const file = fileWith('flow_trading: { grid: { levels: 0 } }\n');
  expect(refused({ file, env: { TIDEGATE__MARKET__SPEED: 'fast' } })).toEqual([
    {
      path: 'flow_trading.grid.levels',
      value: '0',
      range: 'a whole number from 1 to 50',
      source: file,
    },
    {
      path: 'market.speed',
      value: '"fast"',
      range: 'a number from 0.1 to 10000',
      source: 'TIDEGATE__MARKET__SPEED',
    },
  ]);
});

test('an unknown key names the nearest known one', () => {
  const file = fileWith('flow_trading: { grid: { levls: 3 } }\n');
  const [problem] = refused({ file });
  expect(problem).toMatchObject({
    path: 'flow_trading.grid.levls',
    value: '3',
    didYouMean: 'flow_trading.grid.levels',
  });
  const [variable] = refused({ env: { TIDEGATE__MARKT__SPEED: '1' } });
  expect(variable).toMatchObject({
    path: 'markt',
    source: 'TIDEGATE__MARKT__SPEED',
    didYouMean: 'market',
  });
});

test.each([
  ['flow_trading: { grid: { initial_levels: 6 } }', 'flow_trading.grid.initial_levels'],
  ['flow_trading: { grid: { stop_pct: 2.5 } }', 'flow_trading.grid.breakout_threshold_pct'],
  [
    'flow_trading: { scalping: { min_trend_strength: 10 } }',
    'flow_trading.regime.exit_trend_strength',
  ],
  ['flow_trading: { risk: { leverage: 5 } }', 'flow_trading.risk.leverage'],
  ['safety: { dead_man_timer_s: 9 }', 'safety.dead_man_timer_s'],
  [
    'symbol_overrides: { BTCUSDT: { grid: { levels: 2 } } }',
    'symbol_overrides.BTCUSDT.grid.initial_levels',
  ],
  ['ports: { api: 8010 }', 'ports.venue'],
  ['symbols: [BTCUSDT, BTCUSDT]', 'symbols'],
  ['symbols: [btc-usdt]', 'symbols.0'],
  ['symbol_overrides: { "btc/usdt": {} }', 'symbol_overrides.btc/usdt'],
  ['ports: 5', 'ports'],
  ['market: { replay_dir: bars }', 'market.replay_dir'],
  ['market: { replay_files: { BTCUSDT: a.csv } }', 'market.replay_files'],
  ['market: { replay_to: 2024-03-01 }', 'market.replay_to'],
  ['market: { source: replay, replay_from: 2024-02-30 }', 'market.replay_from'],
  ['market: { source: replay, replay_from: 2024-03-01T24:00Z }', 'market.replay_from'],
  ['market: { source: replay, replay_files: { btc-usdt: a.csv } }', 'market.replay_files.btc-usdt'],
  [
    'market: { source: replay, replay_from: 2024-03-02, replay_to: 2024-03-02 }',
    'market.replay_to',
  ],
])('%s is refused', (content, path) => {
  const problems = refused({ file: fileWith(content) });
  expect(problems.map((problem) => problem.path)).toEqual([path]);
  expect(problems[0]?.range).not.toBe('');
});

test('a file that cannot be read or parsed is a problem, not a crash', () => {
  expect(refused({ file: join(folder, 'absent.yaml') })[0]?.value).toContain('ENOENT');
  expect(refused({ file: fileWith('a: [\n') })).toHaveLength(1);
  expect(refused({ file: fileWith('just text') })[0]?.value).toBe('"just text"');
});

test('an empty file is a whole configuration', () => {
  expect(accepted({ file: fileWith('') }).config).toEqual(accepted({}).config);
});

test('a symbol keeps the general settings that it does not override', () => {
  const file = fileWith(
    'symbol_overrides: { BTCUSDT: { scalping: { profit_target_pct: 0.2, stop_loss_pct: 0.1 } } }\n',
  );
  const { config } = accepted({ file });
  const bitcoin = tradingConfigOf(config, 'BTCUSDT');
  expect(bitcoin.scalping).toMatchObject({ profitTargetPct: 0.2, stopLossPct: 0.1, cooldownS: 60 });
  expect(tradingConfigOf(config, 'ETHUSDT')).toEqual(config.flowTrading);
});

test('a secret is never shown', () => {
  const env = { DATABASE_URL: 'postgres://user:hunter2@db/tidegate' };
  const { values, origins } = accepted({ env });
  expect(JSON.stringify(describeConfig(values, origins))).not.toContain('hunter2');
  const problems = refused({ env: { DATABASE_URL: 'mysql://user:hunter2@db' } });
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});

test('every limit of the gate is set without any configuration', () => {
  const loaded = loadConfig({});
  if (!loaded.ok) throw new Error('the defaults are refused');
  const limits = Object.entries(riskLimitsOf(loaded.config, 'BTCUSDT', false));
  expect(limits.filter(([, limit]) => limit === undefined)).toEqual([]);
});
