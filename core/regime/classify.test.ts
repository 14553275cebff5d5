import { describe, expect, test } from 'vitest';
import { classifyRegime } from './classify.ts';
import type { Regime } from './regime.ts';
import { DEFAULT_REGIME_CONFIG } from './regime-config.ts';
import { TRENDING_DOWN, TRENDING_UP, exampleFeatures } from '../indicators/example-features.ts';
import type { MarketFeatures } from '../market/features.ts';

const THRESHOLDS = { ...DEFAULT_REGIME_CONFIG, enterTrendStrength: 25 };
const regimeOf = (features: MarketFeatures, confirmed: Regime | null = null): Regime =>
  classifyRegime(features, THRESHOLDS, confirmed).regime;

describe('consensus of 5m, 15m and 1h', () => {
  const up = TRENDING_UP;
  const down = TRENDING_DOWN;
  test.each([
    ['ranging', {}],
    ['trendingUp', { '5m': up, '15m': up, '1h': up }],
    ['trendingDown', { '5m': down, '15m': down, '1h': down }],
    ['trendingUp', { '5m': up, '15m': up }],
    ['trendingUp', { '15m': up, '1h': up }],
    ['ranging', { '5m': up }],
    ['ranging', { '1h': up }],
    ['undecided', { '5m': up, '15m': up, '1h': down }],
    ['undecided', { '5m': up, '15m': down }],
    ['undecided', { '5m': null }],
    ['trendingUp', { '5m': up, '15m': up, '1h': null }],
    ['ranging', { '4h': down, '1d': down }],
  ] as const)('%s for %j', (regime, changes) => {
    expect(regimeOf(exampleFeatures(changes))).toBe(regime);
  });

  test('confidence is the weight that agrees', () => {
    const reading = classifyRegime(exampleFeatures({ '1h': up }), THRESHOLDS, null);
    expect(reading).toMatchObject({ regime: 'ranging', confidence: 0.75 });
    expect(reading.reasons).toMatchObject({ vote1h: 'trendingUp', vote5m: 'ranging', adx5m: 15 });
  });
});

describe('trend threshold', () => {
  const weak = { ...TRENDING_UP, adx: 22 };
  const features = exampleFeatures({ '5m': weak, '15m': weak, '1h': weak });

  test('a trend in force goes on between 20 and 25, a new one does not begin there', () => {
    expect(regimeOf(features, null)).toBe('ranging');
    expect(regimeOf(features, 'trendingUp')).toBe('trendingUp');
    expect(regimeOf(features, 'trendingDown')).toBe('ranging');
  });

  test('a trend in force ends below 20', () => {
    const spent = { ...TRENDING_UP, adx: 19.9 };
    const after = exampleFeatures({ '5m': spent, '15m': spent, '1h': spent });
    expect(regimeOf(after, 'trendingUp')).toBe('ranging');
  });
});

describe('volatility', () => {
  test.each([
    ['low', 0.1],
    ['medium', 0.2],
    ['high', 0.5],
    ['extreme', 1],
  ])('is %s at %d %% per 5m bar', (volatility, realisedVolatilityPct) => {
    const features = exampleFeatures({ '5m': { realisedVolatilityPct } });
    expect(classifyRegime(features, THRESHOLDS, null).volatility).toBe(volatility);
  });

  test('extreme is volatile whatever the trend', () => {
    const wild = { ...TRENDING_UP, realisedVolatilityPct: 1 };
    const features = exampleFeatures({ '5m': wild, '15m': wild, '1h': wild });
    expect(classifyRegime(features, THRESHOLDS, null)).toMatchObject({
      regime: 'volatile',
      confidence: 1,
    });
  });

  test('high is volatile only without a trend and with widening bands', () => {
    const high = { realisedVolatilityPct: 0.5 };
    const widening = { squeeze: 0.05 };
    expect(regimeOf(exampleFeatures({ '5m': high }))).toBe('ranging');
    expect(regimeOf(exampleFeatures({ '5m': high, '15m': widening }))).toBe('volatile');
    const trend = { '5m': { ...TRENDING_UP, ...high }, '15m': { ...TRENDING_UP, ...widening } };
    expect(regimeOf(exampleFeatures(trend))).toBe('trendingUp');
  });
});
