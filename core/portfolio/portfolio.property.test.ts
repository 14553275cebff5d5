import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Side } from '../market/market.ts';
import { notional } from '../money/arithmetic.ts';
import type { Money, Price, Quantity } from '../money/units.ts';
import type { OrderRole } from '../orders/order.ts';
import { attribute } from './attribution.ts';
import { FLAT_POSITION, applyExecution, unrealisedProfit } from './position.ts';
import type { Execution, Position } from './position.ts';
import { matchLegs } from './round-trips.ts';
import type { Leg } from './round-trips.ts';

const aPrice = fc.bigInt({ min: 1n, max: 10n ** 7n }).map((ticks) => (ticks * 10n ** 10n) as Price);
const aQuantity = fc
  .bigInt({ min: 1n, max: 10n ** 5n })
  .map((lots) => (lots * 10n ** 9n) as Quantity);
const aSide = fc.constantFrom<Side>('buy', 'sell');
const execution: fc.Arbitrary<Execution> = fc.record({
  side: aSide,
  price: aPrice,
  quantity: aQuantity,
});
const executions = fc.array(execution, { maxLength: 40 });

const apply = (all: readonly Execution[]): Position =>
  all.reduce((position, each) => applyExecution(position, each).position, FLAT_POSITION);

const signed = ({ side, quantity }: Pick<Execution, 'side' | 'quantity'>): bigint =>
  side === 'buy' ? quantity : -quantity;

/** Cash received for all of them. */
const cash = (all: readonly Execution[]): bigint =>
  all.reduce((sum, each) => sum - notional(each.price, signed(each) as Quantity), 0n);

describe('a position', () => {
  test('is the sum of its executions in whatever order they come', () => {
    const shuffled = executions.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(apply(other).quantity).toBe(apply(all).quantity);
        expect(apply(all).quantity).toBe(all.reduce((sum, each) => sum + signed(each), 0n));
      }),
    );
  });

  test('realises cash received minus inventory at cost, and the mark adds up', () => {
    fc.assert(
      fc.property(executions, aPrice, (all, mark) => {
        const position = apply(all);
        // Passing through zero splits one execution in two, which may round apart by 1e-12.
        const slack = BigInt(all.length);
        const exact = cash(all) + position.cost;
        expect(abs(position.realisedProfit - exact) <= slack).toBe(true);
        const total = position.realisedProfit + unrealisedProfit(position, mark);
        const worth = cash(all) + notional(mark, position.quantity);
        expect(abs(total - worth) <= slack).toBe(true);
      }),
    );
  });

  test('costs nothing when flat, and has the sign of its quantity', () => {
    fc.assert(
      fc.property(executions, (all) => {
        const { quantity, cost, openRealisedProfit } = apply(all);
        expect(sign(cost)).toBe(sign(quantity));
        expect(quantity === 0n && openRealisedProfit !== 0n).toBe(false);
      }),
    );
  });

  test('closes and opens in one execution that passes through zero', () => {
    const long = apply([{ side: 'buy', price: at(100), quantity: lots(2) }]);
    const change = applyExecution(long, { side: 'sell', price: at(110), quantity: lots(5) });
    expect(change.closed).toEqual({ quantity: lots(2), notional: at(220), profit: at(20) });
    expect(change.opened).toEqual({ quantity: lots(3), notional: at(330) });
    expect(change.position).toEqual({
      quantity: -lots(3),
      cost: -at(330),
      realisedProfit: at(20),
      openRealisedProfit: 0n,
    });
  });

  test('averages what it adds and keeps the average when it closes a part', () => {
    const position = apply([
      { side: 'sell', price: at(100), quantity: lots(1) },
      { side: 'sell', price: at(106), quantity: lots(2) },
      { side: 'buy', price: at(101), quantity: lots(1) },
    ]);
    expect(position.cost).toBe(-at(208));
    expect(position.realisedProfit).toBe(at(3));
    expect(position.openRealisedProfit).toBe(at(3));
  });
});

const aLeg: fc.Arbitrary<Omit<Leg, 'key'>> = fc.record({
  time: fc.integer({ min: 0, max: 5 }),
  role: fc.constantFrom<OrderRole>('level', 'level', 'counter', 'counter', 'exit', 'stop'),
  slot: fc.constantFrom('L-1:entry', 'L-1:counter', 'L1:entry', 'L1:counter'),
  side: aSide,
  price: aPrice,
  quantity: aQuantity,
});
const legs = fc
  .array(aLeg, { maxLength: 25 })
  .map((all) => all.map((leg, i): Leg => ({ ...leg, key: String(i).padStart(3, '0') })));

describe('round trips', () => {
  test('do not depend on the order in which the legs are known', () => {
    const both = legs.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(both, ([all, other]) => {
        expect(matchLegs(other)).toEqual(matchLegs(all));
      }),
    );
  });

  test('use every leg once: matched and open quantities add up', () => {
    fc.assert(
      fc.property(legs, (all) => {
        const { trips, open } = matchLegs(all);
        for (const leg of all) {
          const used = trips
            .filter(({ entry, exit }) => entry.key === leg.key || exit.key === leg.key)
            .reduce((sum, { quantity }) => sum + quantity, 0n);
          const left = open.find(({ key }) => key === leg.key)?.quantity ?? 0n;
          expect(used + left).toBe(leg.quantity);
        }
        for (const { entry, exit } of trips) expect(entry.side).not.toBe(exit.side);
      }),
    );
  });

  test('a counter pairs with its own slot only; an exit takes what is left', () => {
    const level = aLegOf({ key: '1', role: 'level', slot: 'L-1:entry', price: at(100) });
    const other = aLegOf({ key: '2', role: 'level', slot: 'L-2:entry', price: at(90) });
    const counter = aLegOf({
      key: '3',
      role: 'counter',
      slot: 'L-2:counter',
      side: 'sell',
      price: at(95),
    });
    const exit = aLegOf({ key: '4', role: 'exit', slot: 'exit', side: 'sell', price: at(97) });
    const { trips, open } = matchLegs([exit, counter, other, level]);
    expect(trips.map((trip) => [trip.kind, trip.entry.key, trip.exit.key, trip.profit])).toEqual([
      ['gridPair', '2', '3', at(5)],
      ['exit', '1', '4', -at(3)],
    ]);
    expect(open).toEqual([]);
  });
});

test('the change in equity is grid + floating - fees + funding, and floating is what pairs left open', () => {
  fc.assert(
    fc.property(legs, aPrice, aPrice, aPrice, (all, mark, fees, funding) => {
      const ordered = [...all].sort((a, b) => a.time - b.time);
      const position = apply(ordered);
      const { trips, open } = matchLegs(all);
      const pairs = trips.filter(({ kind }) => kind === 'gridPair');
      const gridProfit = pairs.reduce((sum, { profit }) => sum + profit, 0n) as Money;
      const parts = attribute(
        position,
        mark,
        gridProfit,
        fees as bigint as Money,
        funding as bigint as Money,
      );
      expect(parts.gridProfit + parts.floatingProfit - parts.fees + parts.funding).toBe(
        parts.equityChange,
      );
      const rest = [
        ...open,
        ...trips
          .filter(({ kind }) => kind === 'exit')
          .flatMap((trip) => [
            { ...trip.entry, quantity: trip.quantity },
            { ...trip.exit, quantity: trip.quantity },
          ]),
      ];
      const moving =
        cash(rest) + notional(mark, rest.reduce((sum, each) => sum + signed(each), 0n) as Quantity);
      expect(abs(parts.floatingProfit - moving) <= BigInt(4 * all.length + 4)).toBe(true);
    }),
  );
});

const SCALE = 10n ** 12n;
const at = (value: number) => (BigInt(value) * SCALE) as Price & Money;
const lots = (value: number) => (BigInt(value) * SCALE) as Quantity;
const sign = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

const aLegOf = (leg: Partial<Leg>): Leg => ({
  key: '0',
  time: 0,
  role: 'level',
  slot: 'L-1:entry',
  side: 'buy',
  price: at(100),
  quantity: lots(1),
  ...leg,
});
