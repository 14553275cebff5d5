/** Temporal, PostgreSQL and the paper venue for a bench run: real, its own, on free ports. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import pg from 'pg';
import { loadConfig } from '../../adapters/config/load-config.ts';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { createTemporalClient } from '../../api/temporal-client.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { paperKeys } from '../../cli/paper-keys.ts';
import { startPostgres } from '../../cli/up/postgres.ts';
import { startTemporal } from '../../cli/up/temporal.ts';
import { VENUE_ID } from '../../cli/venue-account.ts';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { findTemporal } from '../../scripts/bootstrap/temporal-binary.mjs';
import { freePort, makeScratch } from '../harness/scratch.ts';
import { startChild } from '../harness/bench-child.ts';
import type { BenchChild } from '../harness/bench-child.ts';
import { isReady } from '../venue/market-load.ts';
import type { VenueMessage, VenueSetup } from '../venue-messages.ts';
import type { WorkerMessage, WorkerSetup } from '../worker-messages.ts';

export type Stack = {
  readonly folder: string;
  readonly client: Client;
  readonly sql: pg.Pool;
  readonly bareBundle: string;
  readonly configOf: (
    account: string,
    venuePort: number,
    symbols: readonly string[],
  ) => TidegateConfig;
  stop(): Promise<void>;
};

export const refOf = (account: string, symbol: string): SymbolRef => ({
  account,
  venue: VENUE_ID,
  symbol,
});

const BALANCE_USDT = 100_000;
const READY_LIMIT_MS = 60_000;

export async function startStack(): Promise<Stack> {
  const binary = findTemporal();
  if (binary === undefined) throw new Error('there is no Temporal command: "npm test" gets one');
  const scratch = makeScratch();
  const [postgres, temporal, bareBundle] = await Promise.all([
    startPostgres({ dataDir: join(scratch.folder, 'pg'), port: await freePort() }),
    startTemporal({
      binary,
      port: await freePort(),
      dbFile: join(scratch.folder, 'temporal.sqlite'),
    }),
    buildBareBundle(scratch.folder),
    workflowBundle(),
  ]);
  await migrate(postgres.connectionString);
  const connection = await Connection.connect({ address: temporal.address });
  const sql = new pg.Pool({ connectionString: postgres.connectionString });
  return {
    folder: scratch.folder,
    client: new Client({ connection }),
    sql,
    bareBundle,
    configOf: (account, venuePort, symbols) =>
      benchConfig(join(scratch.folder, 'bench.json'), {
        symbols,
        data_dir: join(scratch.folder, 'data'),
        account: { name: account, balance_usdt: BALANCE_USDT },
        flow_trading: TRADING,
        // One symbol that trades without pause, far more than any account should.
        limits: {
          max_open_orders_account: 1_000,
          max_order_notional: 1_000_000,
          max_messages_minute_symbol: 100_000,
          max_messages_minute_account: 100_000,
          max_orders_day_symbol: 1_000_000,
          max_repeated_fills_minute: 100_000,
          max_repeated_fills_ten_minutes: 100_000,
          stops_before_pause: 1_000,
          symbol_daily_loss_pct: 100,
        },
        ports: { venue: venuePort },
        temporal: { address: temporal.address },
        postgres: { url: postgres.connectionString },
      }),
    stop: async () => {
      await connection.close();
      await sql.end();
      await Promise.all([temporal.stop(), postgres.stop()]);
      scratch.remove();
    },
  };
}

/** An entry is due at each close of a minute in a trend, and a position is closed after 10 s. */
const TRADING = {
  scalping: { min_confidence: 0, min_trend_strength: 5, holding_limit_s: 10, cooldown_s: 0 },
  risk: { position_size_pct: 0.5 },
  regime: { exit_trend_strength: 5 },
};

function benchConfig(file: string, values: object): TidegateConfig {
  writeFileSync(file, JSON.stringify(values));
  const loaded = loadConfig({ file });
  if (loaded.ok) return loaded.config;
  throw new Error(loaded.problems.map(({ path, range }) => `${path}: ${range}`).join('\n'));
}

async function buildBareBundle(folder: string): Promise<string> {
  const codePath = join(folder, 'bare-workflow.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, '..', 'bare-workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(codePath, code);
  return codePath;
}

export type VenueChild = BenchChild<VenueMessage> & { readonly port: number };

export async function startVenueChild(
  account: string,
  journalPath: string,
  market: VenueSetup['market'],
): Promise<VenueChild> {
  const keys = paperKeys(account);
  const setup: VenueSetup = { journalPath, keys, balance: String(BALANCE_USDT), market };
  const child = startChild<VenueMessage>('venue-process.ts', setup);
  const { restUrl } = await child.next(isReady, READY_LIMIT_MS, 'the venue answers');
  return { ...child, port: Number(new URL(restUrl).port) };
}

export async function startWorkerChild(setup: WorkerSetup): Promise<BenchChild<WorkerMessage>> {
  const child = startChild<WorkerMessage>('worker-process.ts', setup);
  await child.next((message) => message.kind === 'ready', READY_LIMIT_MS, 'the worker polls');
  return child;
}

/** As the API starts it. */
export async function startSymbol(
  temporal: TidegateConfig['temporal'],
  ref: SymbolRef,
): Promise<void> {
  const workflows = createTemporalClient(temporal);
  await workflows.startSymbol(ref);
  await workflows.close();
}
