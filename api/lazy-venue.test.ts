import { expect, test } from 'vitest';
import type { ExchangeGateway } from '../adapters/ports.ts';
import { aWorld, anOrder, fakeVenue } from './fake-ports.ts';
import { createLazyVenue } from './lazy-venue.ts';

function aGateway(close: () => void): ExchangeGateway {
  const world = aWorld({ orders: new Map([['BTCUSDT', [anOrder()]]]) });
  const venue = { ...fakeVenue(world), close: async () => close() };
  return venue as unknown as ExchangeGateway;
}

test('opens once, and closes what it opened', async () => {
  const seen: string[] = [];
  const venue = createLazyVenue(async () => {
    seen.push('open');
    return aGateway(() => seen.push('close'));
  });
  expect(await venue.openOrders('BTCUSDT')).toHaveLength(1);
  expect(await venue.openOrders('ETHUSDT')).toEqual([]);
  await venue.close();
  expect(seen).toEqual(['open', 'close']);
});

test('tries again after the venue was away', async () => {
  let attempts = 0;
  const venue = createLazyVenue(async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('connection refused');
    return aGateway(() => {});
  });
  await expect(venue.equity()).rejects.toThrow('connection refused');
  expect((await venue.equity()).equity).toBe('9950');
});

test('closes also when it never opened', async () => {
  const venue = createLazyVenue(() => Promise.reject(new Error('connection refused')));
  await expect(venue.close()).resolves.toBeUndefined();
});
