/** A stack on servers of its own, with what a trial needs to strike and to look. */
import pg from 'pg';
import { startPostgresServer } from '../test/support/postgres-server.ts';
import type { PostgresServer } from '../test/support/postgres-server.ts';
import { startStack } from '../test/support/stack.ts';
import type { RelayedStack, Stack } from '../test/support/stack.ts';
import { startTemporalServer } from '../test/support/temporal-server.ts';
import type { TemporalServer } from '../test/support/temporal-server.ts';

export type Rig = {
  readonly stack: Stack;
  readonly postgres: PostgresServer;
  readonly temporal: TemporalServer;
  readonly links: RelayedStack;
  readonly symbols: readonly string[];
  /** Short questions; outlives a restart of PostgreSQL. */
  readonly pool: pg.Pool;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly outageMs: number;
  stop(): Promise<void>;
};

export type RigSetup = {
  readonly random: () => number;
  readonly outageMs: number;
  /** A market that changes its regime, and a machine that follows at once. */
  readonly restless?: boolean;
  /** Market seconds for which a position is worked out at the touch. */
  readonly unwindLimitS?: number;
  /** Small: runs continue as new often. */
  readonly historyEventsMax?: number;
};

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const START = Date.UTC(2026, 2, 2);
/** Ranges all morning, so that grids stand whenever a kill is due. */
const CALM_SEED = 1;
const RESTLESS_SEED = 12;
const RESTLESS = {
  'flow_trading.regime.confirmation_bars': 1,
  'flow_trading.regime.min_dwell_s': 0,
  'flow_trading.regime.max_switches_per_hour': 60,
};

export async function startRig(setup: RigSetup): Promise<Rig> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close().catch(() => undefined);
  };
  try {
    return await build(setup, closing, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  { random, outageMs, restless = false, historyEventsMax, unwindLimitS = 60 }: RigSetup,
  closing: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Rig> {
  const postgres = await startPostgresServer({ durable: true });
  closing.push(() => postgres.stop());
  const temporal = await startTemporalServer();
  if (temporal === undefined) throw new Error('there is no Temporal command: "npm test" finds one');
  closing.push(() => temporal.stop());
  const stack = await startStack({
    symbols: SYMBOLS,
    market: {
      source: 'synthetic',
      seed: restless ? RESTLESS_SEED : CALM_SEED,
      startTime: START,
      stepMs: 5_000,
    },
    pace: { kind: 'speed', speed: restless ? 240 : 60 },
    unlimited: true,
    relayed: true,
    servers: { postgresUrl: postgres.url, temporalAddress: temporal.address },
    settings: {
      'flow_trading.risk.exposure_limit_pct': 30,
      'flow_trading.grid.unwind_limit_s': unwindLimitS,
      ...(restless ? RESTLESS : {}),
    },
  });
  closing.push(() => stack.stop());
  const { links } = stack;
  if (links === undefined) throw new Error('the stack has no relays');
  const pool = new pg.Pool({ connectionString: stack.connectionString, max: 3 });
  pool.on('error', () => undefined);
  closing.push(() => pool.end());
  if (historyEventsMax === undefined) await stack.startSymbols();
  else for (const symbol of SYMBOLS) await stack.startWorkflow(symbol, historyEventsMax);
  return { stack, postgres, temporal, links, symbols: SYMBOLS, pool, random, outageMs, stop };
}
