import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scalpSignal } from './scalp-signal.ts';
import { TRENDING_DOWN, TRENDING_UP, exampleFeatures } from '../indicators/example-features.ts';
import type { MarketFeatures, TimeframeFeatures } from '../market/features.ts';

const THRESHOLDS = { confidenceMin: 0.75, minTrendStrength: 25 };

/** A minute that moves up with volume; not beyond its band. */
const PUSH: Partial<TimeframeFeatures> = {
  rsi: 62,
  momentumPct: 0.4,
  volumeRatio: 1.6,
  atr: 60,
  close: 60_000,
};
const up = (minute: Partial<TimeframeFeatures>): MarketFeatures =>
  exampleFeatures({ '1m': minute, '5m': TRENDING_UP, '15m': TRENDING_UP, '1h': TRENDING_UP });

describe('trend continuation', () => {
  test('all conditions met is full confidence', () => {
    expect(scalpSignal(up(PUSH), 'buy', THRESHOLDS)).toEqual({
      side: 'buy',
      rule: 'trendContinuation',
      confidence: 1,
      conditions: {
        trend5m: 1,
        trend15m: 1,
        confirm1h: 1,
        rsi1m: 1,
        momentum1m: 1,
        volume1m: 1,
      },
      due: true,
    });
  });

  test.each([
    ['no volume', { ...PUSH, volumeRatio: 0.5 }, 0.85, true],
    ['no volume and weak momentum', { ...PUSH, volumeRatio: 0.5, momentumPct: 0.06 }, 0.75, true],
    ['neither momentum nor volume', { ...PUSH, volumeRatio: 0.5, momentumPct: 0.01 }, 0.65, false],
    ['spent: RSI above 80', { ...PUSH, rsi: 81 }, 0.85, false],
    ['falling right now', { ...PUSH, momentumPct: -0.01 }, 0.8, false],
  ])('%s', (_name, minute, confidence, due) => {
    expect(scalpSignal(up(minute), 'buy', THRESHOLDS)).toMatchObject({ confidence, due });
  });

  test('against the trend nothing is due', () => {
    expect(scalpSignal(up(PUSH), 'sell', THRESHOLDS)?.due).toBe(false);
  });
});

test('a break of the band on a volume spike is a momentum breakout', () => {
  const spike = { ...PUSH, rsi: 75, volumeRatio: 2.5, bollingerUpper: 59_900 };
  const features = exampleFeatures({ '1m': spike, '5m': TRENDING_UP, '1h': TRENDING_UP });
  expect(scalpSignal(features, 'buy', THRESHOLDS)).toMatchObject({
    rule: 'momentumBreakout',
    confidence: 1,
    due: true,
  });
});

test('without minute readings there is no signal', () => {
  expect(scalpSignal(exampleFeatures({ '1m': null }), 'buy', THRESHOLDS)).toBeNull();
});

test('the mirrored market gives the mirrored signal', () => {
  const reading = fc.record({
    rsi: fc.integer({ min: 0, max: 100 }),
    momentumPct: fc.integer({ min: -100, max: 100 }).map((n) => n / 100),
    volumeRatio: fc.integer({ min: 0, max: 30 }).map((n) => n / 10),
  });
  const trend = fc.constantFrom(TRENDING_UP, TRENDING_DOWN, {});
  fc.assert(
    fc.property(reading, trend, trend, trend, (minute, five, fifteen, hour) => {
      const features = exampleFeatures({ '1m': minute, '5m': five, '15m': fifteen, '1h': hour });
      const buy = scalpSignal(features, 'buy', THRESHOLDS);
      const sell = scalpSignal(mirror(features), 'sell', THRESHOLDS);
      expect({ ...sell, side: 'buy' }).toEqual(buy);
    }),
  );
});

/** Prices mirrored at 60,000: what rose falls. */
function mirror(features: MarketFeatures): MarketFeatures {
  const flip = (value: number | null): number | null => (value === null ? null : 120_000 - value);
  const mirrored = (f: TimeframeFeatures | null): TimeframeFeatures | null =>
    f && {
      ...f,
      close: 120_000 - f.close,
      plusDi: f.minusDi,
      minusDi: f.plusDi,
      rsi: f.rsi === null ? null : 100 - f.rsi,
      bollingerUpper: flip(f.bollingerLower),
      bollingerLower: flip(f.bollingerUpper),
      emaFast: flip(f.emaFast),
      emaSlow: flip(f.emaSlow),
      momentumPct: f.momentumPct === null ? null : -f.momentumPct,
    };
  const { byTimeframe } = features;
  return {
    ...features,
    byTimeframe: {
      ...byTimeframe,
      '1m': mirrored(byTimeframe['1m']),
      '5m': mirrored(byTimeframe['5m']),
      '15m': mirrored(byTimeframe['15m']),
      '1h': mirrored(byTimeframe['1h']),
    },
  };
}
