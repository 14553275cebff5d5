/**
 * Days of a market in lockstep, through Temporal, twice: the same orders, and books that agree.
 * Bars and seeds test the wiring, not the profit.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { HISTORY_EVENTS_MAX } from '../../workflows/messages.ts';
import { countsOf, ordersOf, printRun } from '../support/run-report.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { RECORDED_BARS } from '../support/stack-venue.ts';
import type { StackMarket } from '../support/stack-venue.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Two runs of three days on two processors: some 245 s beside the other tests of a run. */
const MARKET_LIMIT_MS = 900_000;
const PURPOSE = '(tests the wiring, not the profit)';

const stacks: Stack[] = [];
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

/** Trades a market from its start to its end. */
async function trade(market: StackMarket): Promise<Stack> {
  const stack = await startStack({ symbols: ['BTCUSDT'], market, pace: { kind: 'lockstep' } });
  stacks.push(stack);
  await stack.startSymbols();
  await stack.marketEnded(MARKET_LIMIT_MS);
  return stack;
}

/** Two runs at once, on two processors. */
const tradeTwice = (market: StackMarket) => Promise.all([trade(market), trade(market)]);

/** Shows the first orders that differ, not all that follow from them. */
function expectSameOrders(first: Stack, second: Stack): void {
  const [one, two] = [ordersOf(first), ordersOf(second)];
  const at = one.findIndex((line, index) => line !== two[index]);
  const from = at === -1 ? Math.min(one.length, two.length) : at;
  expect(two.slice(from, from + 5)).toEqual(one.slice(from, from + 5));
}

async function expectSoundBooks(stack: Stack): Promise<void> {
  const { differences, protection } = await stack.witness();
  expect(differences).toEqual([]);
  expect(protection.spans).toEqual([]);
  expect(await entriesWhileStandingBy(stack)).toEqual([]);
}

/** Orders that add risk, approved while the symbol's last switch had led to standing by. */
const entriesWhileStandingBy = (stack: Stack) =>
  stack.database.query(
    `SELECT i.client_order_id, i.event_time, s.to_state FROM order_intents i
      CROSS JOIN LATERAL (SELECT to_state FROM strategy_switches
        WHERE symbol = i.symbol AND event_time <= i.event_time
        ORDER BY event_time DESC, split_part(key, '-', 2)::int DESC LIMIT 1) s
      WHERE i.role IN ('level', 'entry') AND s.to_state = 'standby'`,
  );

/** Seed 12 has ranges, trends both ways and a volatile afternoon; parameters are the defaults. */
const SYNTHETIC_DAY: StackMarket = {
  source: 'synthetic',
  seed: 12,
  startTime: Date.UTC(2026, 2, 2),
  endTime: Date.UTC(2026, 2, 2) + DAY_MS,
  stepMs: 15_000,
};

test('a synthetic day twice: equal orders, switches, grids and scalps', async () => {
  const [first, second] = await tradeTwice(SYNTHETIC_DAY);
  await printRun(`synthetic BTCUSDT, seed 12, one day ${PURPOSE}`, first);
  expectSameOrders(first, second);
  await expectSoundBooks(first);
  await expectSoundBooks(second);

  // The workflow of a day is a chain of runs; each ends with what its drain still needs.
  const { raw } = await first.workflow('BTCUSDT').describe();
  const firstRun = raw.workflowExecutionInfo?.firstRunId ?? undefined;
  const { historyLength, status } = await first.workflow('BTCUSDT', firstRun).describe();
  expect(status.name).toBe('CONTINUED_AS_NEW');
  expect(historyLength).toBeLessThan(HISTORY_EVENTS_MAX + 100);

  const counts = await countsOf(first);
  expect(Object.keys(counts.switches)).toEqual(
    expect.arrayContaining([
      'standby > rangingGrid',
      'rangingGrid > standby',
      'standby > trendingScalp',
      'trendingScalp > standby',
    ]),
  );
  expect(counts['filled orders']['grid level']).toBeGreaterThan(0);
  expect(counts['filled orders']['grid counter']).toBeGreaterThan(0);
  expect(counts['filled orders']['scalp entry']).toBeGreaterThan(0);
  // After four stops in two hours the symbol pauses, as it should.
  const refused = Object.keys(counts['denied or refused']);
  expect(refused.filter((code) => code !== 'DENIED STOPS_REPEATED')).toEqual([]);
}, 960_000);

const RECORDED = join(RECORDED_BARS, 'binance_spot_BTCUSDT_5m_20240101_20240906.csv.gz');

test.skipIf(!existsSync(RECORDED))(
  'recorded BTC bars of 2024-08-03 to 08-05 twice (skipped without the folder of recorded bars)',
  async () => {
    const [first, second] = await tradeTwice({
      source: 'replay',
      files: { BTCUSDT: RECORDED },
      startTime: Date.UTC(2024, 7, 3),
      endTime: Date.UTC(2024, 7, 6),
      stepsPerBar: 4,
    });
    await printRun(
      `recorded BTC spot bars, 5m, as a perpetual, 2024-08-03 to 08-05 ${PURPOSE}`,
      first,
    );
    expectSameOrders(first, second);
    await expectSoundBooks(first);
    await expectSoundBooks(second);
    expect((await first.witness()).counts.fills).toBeGreaterThan(0);
  },
  960_000,
);
