import { expect, test } from 'vitest';
import type { RecordEntry } from '../core/orders/records.ts';
import { createVenueWatch } from './venue-watch.ts';

const REF = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };

function aWatch() {
  const world = { skewMs: 0, blockedMs: 0, isAway: false, said: [] as RecordEntry[] };
  const watch = createVenueWatch({
    gateway: { clockSkewMs: () => world.skewMs, blockedMs: () => world.blockedMs },
    journal: {
      record: async (_ref, entries) => {
        if (world.isAway) throw new Error('the database is away');
        world.said.push(...entries);
      },
    },
  });
  return { world, ...watch };
}

test('a clock that is off is said once per occasion, beyond half a second', async () => {
  const { world, clock } = aWatch();
  world.skewMs = 500;
  await clock(REF, 1);
  expect(world.said).toEqual([]);
  world.skewMs = 501;
  await clock(REF, 2);
  await clock(REF, 3);
  expect(world.said).toMatchObject([{ code: 'CLOCK_SKEWED', key: 'clock-skewed:2' }]);
  world.skewMs = 0;
  await clock(REF, 4);
  world.skewMs = 900;
  await clock(REF, 5);
  expect(world.said).toMatchObject([{ key: 'clock-skewed:2' }, { detail: { skewMs: 900 } }]);
});

test('what could not be written is said with the next order', async () => {
  const { world, clock } = aWatch();
  Object.assign(world, { skewMs: 700, isAway: true });
  await clock(REF, 1);
  world.isAway = false;
  await clock(REF, 2);
  expect(world.said).toHaveLength(1);
});

test('a venue that tells us to stay away for longer than reads wait is said once per occasion', async () => {
  const { world, block } = aWatch();
  world.blockedMs = 5_000;
  await block(REF, 1);
  expect(world.said).toEqual([]);
  world.blockedMs = 120_000;
  await block(REF, 2);
  world.blockedMs = 60_000;
  await block(REF, 3);
  const news = { code: 'VENUE_BLOCKED', severity: 'critical', detail: { blockedMs: 120_000 } };
  expect(world.said).toMatchObject([{ key: 'venue-blocked:2', ...news }]);
  world.blockedMs = 0;
  await block(REF, 4);
  world.blockedMs = 120_000;
  await block(REF, 5);
  expect(world.said).toHaveLength(2);
});
