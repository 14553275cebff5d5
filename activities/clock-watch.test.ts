import { expect, test } from 'vitest';
import type { RecordEntry } from '../core/orders/records.ts';
import { createClockWatch } from './clock-watch.ts';

const REF = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };

function aWatch() {
  const world = { skewMs: 0, isAway: false, said: [] as RecordEntry[] };
  const look = createClockWatch({
    gateway: { clockSkewMs: () => world.skewMs },
    journal: {
      record: async (_ref, entries) => {
        if (world.isAway) throw new Error('the database is away');
        world.said.push(...entries);
      },
    },
  });
  return { world, look };
}

test('a clock that is off is said once per occasion, beyond half a second', async () => {
  const { world, look } = aWatch();
  world.skewMs = 500;
  await look(REF, 1);
  expect(world.said).toEqual([]);
  world.skewMs = 501;
  await look(REF, 2);
  await look(REF, 3);
  expect(world.said).toMatchObject([{ code: 'CLOCK_SKEWED', key: 'clock-skewed:2' }]);
  world.skewMs = 0;
  await look(REF, 4);
  world.skewMs = 900;
  await look(REF, 5);
  expect(world.said).toMatchObject([{ key: 'clock-skewed:2' }, { detail: { skewMs: 900 } }]);
});

test('what could not be written is said with the next order', async () => {
  const { world, look } = aWatch();
  Object.assign(world, { skewMs: 700, isAway: true });
  await look(REF, 1);
  world.isAway = false;
  await look(REF, 2);
  expect(world.said).toHaveLength(1);
});
