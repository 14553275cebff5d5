/** Twelve symbols at once on one worker and one account. */
import { afterEach, expect, test } from 'vitest';
import { INSTRUMENTS } from '../../core/market/instruments.ts';
import { printRun } from '../support/run-report.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { venueTruth } from '../support/venue-truth.ts';

const SYMBOLS = INSTRUMENTS.slice(0, 12).map(({ symbol }) => symbol);
/** What twelve positions of 2 % margin and twelve grids need; the defaults are for three symbols. */
const RAISED = {
  'flow_trading.risk.exposure_limit_pct': 50,
  'flow_trading.risk.max_concurrent_grids': 12,
  'limits.max_gross_exposure_pct': 300,
  'limits.max_open_orders_account': 300,
};
const DECISIONS_EACH = 6;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

const DECIDED = `SELECT symbol FROM decisions GROUP BY symbol HAVING count(*) >= ${DECISIONS_EACH}`;
const TRADED = 'SELECT DISTINCT symbol FROM fills';

test('twelve symbols decide, place and trade side by side', async () => {
  const running = await startStack({
    symbols: SYMBOLS,
    market: { source: 'synthetic', seed: 12, startTime: Date.UTC(2026, 2, 2), stepMs: 5_000 },
    pace: { kind: 'speed', speed: 60 },
    settings: RAISED,
    // A start reads for a weight of some 200: twelve at once are more than a minute's share of it.
    unlimited: true,
  });
  stack = running;
  process.stdout.write(`limits raised: ${JSON.stringify(RAISED)}, and the venue's own lifted\n`);
  await running.startSymbols();
  const { database } = running;
  await database.until('all decide', DECIDED, (rows) => rows.length === SYMBOLS.length);
  await database.until('some trade', TRADED, (rows) => rows.length >= 3);
  await printRun('twelve symbols', running);
  const { body } = await running.api('GET', '/status');
  const states = (body['symbols'] as { symbol: string; running: boolean }[]).map(
    ({ symbol, running: runs }) => `${symbol} ${runs}`,
  );
  expect(states.toSorted()).toEqual(SYMBOLS.map((symbol) => `${symbol} true`).toSorted());

  await running.api('POST', '/stop', { flatten: true, reason: 'the test ends' });
  await Promise.all(SYMBOLS.map((symbol) => running.workflow(symbol).result()));
  expect(venueTruth(running)).toMatchObject({ ordinary: [], stops: [], positions: new Map() });
  const { differences, protection, counts } = await running.witness();
  expect(differences).toEqual([]);
  expect(protection.spans).toEqual([]);
  expect(counts.orders).toBeGreaterThan(SYMBOLS.length);
}, 180_000);
