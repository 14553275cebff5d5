/** A rehearsal through the API, written down in `risk_events`. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { REHEARSAL_REASON as REASON } from '../../api/emergency-stop.ts';
import { createJournal } from '../../adapters/postgres/journal.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import { callApi, fetchStatus } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { apiOrigin } from '../options.ts';
import { stopOutcome } from '../stop/stop-outcome.ts';
import { VENUE_ID } from '../venue-account.ts';
import { rehearse } from './rehearsal.ts';
import type { RehearsalParts, RehearsalResult } from './rehearsal.ts';

const GROUP = '/api/v1/profit-scraping';
const TIMEOUT_MS = 40_000;

/**
 * `symbols`: null for every one that runs. `config`: of what runs here. Throws CommandError when the
 * API refuses; then symbols may be halted.
 */
export async function runRehearsal(
  config: TidegateConfig,
  symbols: readonly string[] | null,
): Promise<RehearsalResult> {
  const result = await rehearse(apiParts(config), symbols);
  if (result.kind !== 'refused') await writeDown(config, result);
  return result;
}

function apiParts(config: TidegateConfig): RehearsalParts {
  const origin = apiOrigin(config);
  const post = (path: string, body: object) =>
    callApi(origin, `${GROUP}/${path}`, body, TIMEOUT_MS);
  return {
    mode: config.mode,
    status: () => fetchStatus(origin),
    stop: async (symbols) => {
      const reply = await post('emergency-stop', { symbols, reason: REASON });
      if (isDone(reply)) return stopOutcome.parse(reply.body);
      throw new CommandError(`emergency-stop: ${wordsOf(reply)}`, EXIT.error);
    },
    resume: async (symbols, haltId) => {
      const reply = await post('resume', { symbols, reason: REASON, halt_id: haltId });
      return isDone(reply) ? null : wordsOf(reply);
    },
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
  };
}

type Reply = Awaited<ReturnType<typeof callApi>>;

const isDone = (reply: Reply): reply is NonNullable<Reply> =>
  reply !== undefined && reply.status < 300;
const wordsOf = (reply: Reply): string =>
  reply === undefined ? 'no answer' : JSON.stringify(reply.body);

type Ended = Exclude<RehearsalResult, { kind: 'refused' }>;

async function writeDown(config: TidegateConfig, result: Ended): Promise<void> {
  const { haltId = 'none', ...figures } = result.figures;
  const isPassed = result.kind === 'passed';
  const ref = { account: config.account.name, venue: VENUE_ID, symbol: '' };
  const pool = createPool({
    connectionString: config.postgres.url,
    applicationName: 'tidegate-rehearsal',
  });
  try {
    await createJournal(pool).record(ref, [
      {
        kind: 'riskEvent',
        key: `rehearsal:${haltId}`,
        code: isPassed ? 'KILL_SWITCH_REHEARSED' : 'KILL_SWITCH_REHEARSAL_FAILED',
        severity: isPassed ? 'info' : 'critical',
        detail: { haltId, ...figures, ...(isPassed ? {} : { reason: result.reason }) },
        eventTime: Date.now(),
      },
    ]);
  } finally {
    await pool.end();
  }
}

/** What a person reads. */
export function rehearsalLine(result: RehearsalResult): string {
  if (result.kind === 'refused') return `no rehearsal: ${result.reason}`;
  const { confirmedMs, haltedMs, resumedMs, reconciledMs, cancelled, symbols, haltId } =
    result.figures;
  const shown = (ms: number | undefined): string => (ms === undefined ? '?' : `${ms} ms`);
  const words = result.kind === 'passed' ? 'passed' : `FAILED (${result.reason})`;
  return (
    `rehearsal ${words}: ${symbols}, halt ${haltId ?? '?'}, ${cancelled ?? '?'} orders cancelled; ` +
    `confirmed after ${shown(confirmedMs)}, halted ${shown(haltedMs)}, resumed ${shown(resumedMs)}, reconciled ${shown(reconciledMs)}`
  );
}
