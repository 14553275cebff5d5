import { expect, test } from 'vitest';
import { money, moneyText } from '../../core/money/units.ts';
import type { Income } from '../../core/portfolio/income.ts';
import type { IncomePage } from '../ports.ts';
import { IncomeRecorder } from './income-recorder.ts';

const HOUR_MS = 3_600_000;
const NOON = 1_000 * HOUR_MS;

const funding = (transactionId: string, eventTime: number): Income => ({
  transactionId,
  kind: 'funding',
  venueType: 'FUNDING_FEE',
  symbol: 'BTCUSDT',
  asset: 'USDT',
  amount: moneyText(money('-0.1')),
  eventTime,
});

type WorldOptions = {
  readonly failures?: number;
  readonly newest?: number;
  readonly wait?: () => Promise<void>;
};

/** A venue that lists at most two rows a page, and a book in memory. */
function aWorld(options: WorldOptions = {}) {
  const world = { listed: [] as Income[], asked: [] as number[], failures: options.failures ?? 0 };
  const booked = new Map<string, Income>();
  const gateway = {
    incomePage: async (since: number): Promise<IncomePage> => {
      world.asked.push(since);
      if (world.failures > 0) {
        world.failures -= 1;
        throw new Error('the venue is away');
      }
      const found = world.listed.filter(({ eventTime }) => eventTime >= since);
      const incomes = found.slice(0, 2);
      return { incomes, readTo: incomes.at(-1)?.eventTime ?? null, isLast: found.length <= 2 };
    },
  };
  const incomes = {
    record: async (_account: string, _venue: string, rows: readonly Income[]) => {
      for (const row of rows) booked.set(row.transactionId, row);
      return rows.length;
    },
    newestTime: async () => options.newest ?? null,
  };
  const shared = { account: 'paper', venue: 'binance-usdm', gateway, incomes };
  const wait = options.wait === undefined ? {} : { wait: options.wait };
  return { world, booked, recorder: new IncomeRecorder({ ...shared, intervalMs: 0, ...wait }) };
}

test('the whole list is read, page by page, also where many rows share one time', async () => {
  const { world, booked, recorder } = aWorld();
  world.listed = [NOON, NOON + 1, NOON + 1, NOON + 2, NOON + 3].map((time, i) =>
    funding(String(i), time),
  );
  recorder.notice();
  await recorder.settled();
  expect([...booked.keys()]).toEqual(['0', '1', '2', '3', '4']);
});

test('it goes on an hour before what the book has, and before what it read itself', async () => {
  const { world, recorder } = aWorld({ newest: NOON });
  world.listed = [funding('1', NOON), funding('2', NOON + 5 * HOUR_MS)];
  recorder.notice();
  await recorder.settled();
  recorder.notice();
  await recorder.settled();
  expect(world.asked).toEqual([NOON - HOUR_MS, NOON + 4 * HOUR_MS]);
});

test('what is noticed while it reads is read too', async () => {
  const { world, booked, recorder } = aWorld();
  world.listed = [funding('1', NOON)];
  recorder.notice();
  world.listed = [...world.listed, funding('2', NOON + 1)];
  recorder.notice();
  await recorder.settled();
  expect([...booked.keys()]).toEqual(['1', '2']);
});

test('a venue that is away is asked again', async () => {
  const { world, booked, recorder } = aWorld({ failures: 2 });
  world.listed = [funding('1', NOON)];
  recorder.notice();
  await recorder.settled();
  expect([...booked.keys()]).toEqual(['1']);
});

test('and again, however long it is away', async () => {
  const { world, booked, recorder } = aWorld({ failures: 100, wait: async () => undefined });
  world.listed = [funding('1', NOON)];
  recorder.notice();
  await recorder.settled();
  expect([...booked.keys()]).toEqual(['1']);
  expect(world.asked).toHaveLength(101);
});

test('closing ends the attempts', async () => {
  const { world, booked, recorder } = aWorld({ failures: Number.POSITIVE_INFINITY });
  recorder.notice();
  await recorder.close();
  expect(booked.size).toBe(0);
  expect(world.asked.length).toBeLessThan(3);
});
