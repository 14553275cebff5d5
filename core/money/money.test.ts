import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { movePriceBps, notional, roundToStep, roundToTick } from './arithmetic.ts';
import { divide, formatDecimal, parseDecimal } from './decimal-text.ts';
import { parsePrice, price, priceText, quantity, textFromNumber } from './units.ts';

describe('decimal text', () => {
  test('round trips every scaled integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (scaled) => {
        expect(parseDecimal(formatDecimal(scaled))).toBe(scaled);
      }),
    );
  });

  test.each(['1e5', '', ' 1', '+1', '1.', '.5', '0x10', 'NaN', '1.0000000000001', '--1'])(
    'refuses %j',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );

  test('drops trailing zeros and minus zero', () => {
    expect(formatDecimal(parseDecimal('60000.100') ?? 0n)).toBe('60000.1');
    expect(formatDecimal(parseDecimal('-0.0') ?? 1n)).toBe('0');
  });

  test('a price is positive', () => {
    expect(parsePrice('0')).toBeUndefined();
    expect(parsePrice('-1')).toBeUndefined();
  });
});

describe('arithmetic', () => {
  test('a notional is exact where doubles are not', () => {
    expect(notional(price('0.1'), quantity('3'))).toBe(parseDecimal('0.3'));
  });

  test('rounding to a tick or step stays on its side and within one unit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 20n }),
        fc.integer({ min: 1, max: 9 }),
        (v, d) => {
          const step = BigInt(d) * 10n ** 9n;
          const down = roundToStep(v as never, step as never, 'down');
          const up = roundToTick(v as never, step as never, 'up');
          expect(down <= v && v - down < step && down % step === 0n).toBe(true);
          expect(up >= v && up - v < step && up % step === 0n).toBe(true);
        },
      ),
    );
  });

  test('division rounds in the stated direction for every sign', () => {
    expect(divide(-7n, 2n, 'down')).toBe(-4n);
    expect(divide(-7n, 2n, 'up')).toBe(-3n);
    expect(divide(-7n, 2n, 'half')).toBe(-4n);
    expect(divide(7n, 2n, 'half')).toBe(4n);
  });

  test('a price moves by basis points', () => {
    expect(priceText(movePriceBps(price('60000'), 20))).toBe('60120');
    expect(textFromNumber(0.1 + 0.2)).toBe('0.3');
    expect(textFromNumber(60_980.4)).toBe('60980.4');
  });
});
