import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../money/decimal-text.ts';
import { createDecimalGrid } from './decimal-grid.ts';
import { findInstrument, INSTRUMENTS } from './instruments.ts';
import { profileOf } from './synthetic-profiles.ts';

describe('instruments', () => {
  test.each(INSTRUMENTS)('$symbol has canonical rules and a synthetic market', (rules) => {
    const { tickSize, quantityStep, minQuantity, maxQuantity, minNotional } = rules;
    for (const text of [tickSize, quantityStep, minQuantity, maxQuantity, minNotional]) {
      expect(formatDecimal(parseDecimal(text) ?? 0n)).toBe(text);
    }
    const { centrePrice } = profileOf(rules.symbol);
    const tickBps = (Number(tickSize) / centrePrice) * 10_000;
    expect(tickBps, 'a tick is small but not invisible').toBeGreaterThan(0.01);
    expect(tickBps).toBeLessThan(5);
    expect(Number(quantityStep) * centrePrice, 'a step is small money').toBeLessThan(100);
  });

  test('are listed once and found by symbol', () => {
    expect(new Set(INSTRUMENTS.map((rules) => rules.symbol)).size).toBe(INSTRUMENTS.length);
    expect(findInstrument('BTCUSDT')).toMatchObject({ tickSize: '0.1', minNotional: '100' });
    expect(findInstrument('BTCUSD')).toBeUndefined();
  });
});

describe('a decimal grid', () => {
  test.each(['0.1', '0.001', '0.00001', '1', '5', '0.25', '10'])(
    'of %s counts and writes as decimals do',
    (size) => {
      const grid = createDecimalGrid(size);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (units) => {
          const exact = formatDecimal(BigInt(units) * (parseDecimal(size) ?? 0n));
          expect(grid.text(units)).toBe(exact);
          expect(grid.value(units)).toBe(Number(exact));
          expect(grid.nearest(grid.value(units))).toBe(units);
        }),
      );
    },
  );

  test.each(['0', '', '-0.1', '1e-3', '.5'])('of %j is refused', (size) => {
    expect(() => createDecimalGrid(size)).toThrow('not a tick size');
  });
});
