import { expect, test } from 'vitest';
import { quantity, quantityText } from '../../core/money/units.ts';
import type { Ledger } from '../ports.ts';
import { DeadManTimer } from './dead-man.ts';

function aTimer() {
  const world = { held: ['A1', 'B1'], position: new Map<string, string>(), isDown: false };
  const calls: string[] = [];
  const timer = new DeadManTimer({
    account: 'paper',
    venue: 'binance-usdm',
    timerMs: 30_000,
    symbols: () => world.held,
    ledger: {
      position: async ({ symbol }) => {
        const held = world.position.get(symbol) ?? '0';
        if (held === 'away') throw new Error('the database is away');
        return { quantity: quantityText(quantity(held)) } as Awaited<
          ReturnType<Ledger['position']>
        >;
      },
    },
    gateway: {
      setDeadMan: async (symbol, timeoutMs) => {
        calls.push(`${symbol} ${timeoutMs}`);
        if (world.isDown) throw new Error('the venue is away');
      },
    },
  });
  const next = async () => {
    calls.length = 0;
    await timer.renew();
    return [...calls];
  };
  return { world, timer, calls, next };
}

test('armed while flat, off as soon as there is a position, or nobody knows', async () => {
  const { world, next } = aTimer();
  world.position.set('B1', '0.5');
  expect(await next()).toEqual(['A1 30000']);
  world.position.set('A1', '-0.1');
  expect(await next()).toEqual(['A1 0']);
  expect(await next()).toEqual([]);
  world.position.clear();
  expect(await next()).toEqual(['A1 30000', 'B1 30000']);
  world.position.set('B1', 'away');
  expect(await next()).toEqual(['A1 30000', 'B1 0']);
});

test('off for a symbol that is given away and at an orderly end; asked again when it failed', async () => {
  const { world, timer, calls, next } = aTimer();
  await next();
  world.held = ['A1'];
  world.isDown = true;
  expect(await next()).toEqual(['A1 30000', 'B1 0']);
  world.isDown = false;
  expect(await next()).toEqual(['A1 30000', 'B1 0']);
  expect(await next()).toEqual(['A1 30000']);
  calls.length = 0;
  await timer.close();
  expect(calls).toEqual(['A1 0']);
});
