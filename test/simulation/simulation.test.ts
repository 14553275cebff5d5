/** The platform under faults, seed by seed: safety while they last, liveness when they end. */
import { beforeAll, describe, expect, test } from 'vitest';
import { runSeed } from './run-seed.ts';
import type { SeedReport } from './run-seed.ts';
import type { World } from './world.ts';

const FIRST_SEED = 1;
const SEEDS = 200;

describe(`${SEEDS} seeds from ${FIRST_SEED}`, () => {
  const reports: SeedReport[] = [];
  beforeAll(async () => {
    for (let i = 0; i < SEEDS; i++) reports.push(await runSeed(FIRST_SEED + i));
  }, 300_000);

  test('no rule breaks, and every seed comes to rest', () => {
    expect(reports.filter((report) => report.failure !== null).map(describeFailure)).toEqual([]);
  });

  test('between them they see every state and every kind of trouble', () => {
    const seen = new Set(reports.flatMap((report) => report.seen));
    expect(EXPECTED.filter((name) => !seen.has(name))).toEqual([]);
  });

  test('a seed is the same run every time, line by line', async () => {
    for (const { seed, fingerprint } of reports.slice(0, 5)) {
      expect((await runSeed(seed)).fingerprint).toBe(fingerprint);
    }
  });
});

const EXPECTED = [
  'reconciling',
  'standby.idle',
  'standby.workingOut',
  'rangingGrid.placing',
  'rangingGrid.working',
  'rangingGrid.resetting',
  'rangingGrid.unwinding',
  'trendingScalp.flat',
  'trendingScalp.entering',
  'trendingScalp.holding',
  'trendingScalp.exiting',
  'trendingScalp.cooldown',
  'halted',
  'stopped',
  'ORDER_OUTCOME_UNKNOWN',
  'STOP_REFUSED',
  'RECONCILE_NOT_CLEAN',
  'EVALUATION_FAILED',
  'ENTRY_LATE',
];

const describeFailure = ({ seed, failure, faults, lines }: SeedReport): string =>
  [...lines, `seed ${seed} broke ${failure?.rule}: ${failure?.detail}`, faults.join()].join('\n');

describe('the simulator sees', () => {
  /** A seed without faults that trades both ways. */
  const SEED = 34;
  const brokenBy = async (prepare: (world: World) => void): Promise<string | undefined> =>
    (await runSeed(SEED, { prepare })).failure?.rule;

  test('a ledger that forgets a fill', async () => {
    const rule = await brokenBy(({ ledger }) => {
      const book = ledger.recordFill;
      ledger.recordFill = (fill) => fill.tradeId !== '1' && book(fill);
    });
    expect(rule).toBe('liveness');
  });

  test('an order that reaches the venue twice', async () => {
    const rule = await brokenBy(({ venue }) => {
      const place = venue.place.bind(venue);
      venue.place = (intent) => {
        const reply = place(intent);
        if (intent.role === 'entry') place(intent);
        return reply;
      };
    });
    expect(rule).toMatch(/^I3/);
  });

  test('stops that the venue forgets without a word', async () => {
    const rule = await brokenBy(({ venue, time }) => {
      time.every(1_000, () => {
        for (const account of venue.state.accounts.values()) account.openAlgos.clear();
        for (const symbol of venue.state.symbols.values()) symbol.algos.length = 0;
        return true;
      });
    });
    // Whichever notices first: the position stands bare, or the books differ once all is at rest.
    expect(rule).toMatch(/protection|liveness|at rest/);
  });
});
