import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmRegime } from './confirm.ts';
import { REGIMES } from './regime.ts';
import type { Regime, RegimeReading, RegimeState, VolatilityClass } from './regime.ts';
import { DEFAULT_REGIME_CONFIG } from './regime-config.ts';

const MINUTE_MS = 60_000;
/** A dwell of three readings, one more than the confirmations. */
const CONFIG = { ...DEFAULT_REGIME_CONFIG, minDwellMinutes: 15 };

const read = (regime: Regime, volatility: VolatilityClass = 'medium'): RegimeReading => ({
  regime,
  volatility,
  confidence: 1,
  reasons: {},
});

/** The states after one reading per 5 minutes, from a null state. */
function run(readings: readonly RegimeReading[], stepMs = 5 * MINUTE_MS): RegimeState[] {
  const states: RegimeState[] = [];
  for (const [i, reading] of readings.entries()) {
    states.push(confirmRegime(states.at(-1) ?? null, reading, i * stepMs, CONFIG));
  }
  return states;
}

const confirmedOf = (readings: readonly RegimeReading[]): Regime[] =>
  run(readings).map((state) => state.confirmed);

test('the first reading is in force at once', () => {
  expect(confirmedOf([read('trendingUp')])).toEqual(['trendingUp']);
});

test('another regime needs two readings in a row and 15 minutes of dwell', () => {
  const up = read('trendingUp');
  const flat = read('ranging');
  expect(confirmedOf([flat, up, up, up])).toEqual(['ranging', 'ranging', 'ranging', 'trendingUp']);
  expect(confirmedOf([flat, flat, flat, up, flat, up])).not.toContain('trendingUp');
  expect(confirmedOf([flat, flat, flat, up, up]).at(-1)).toBe('trendingUp');
});

test('extreme volatility acts at once', () => {
  expect(confirmedOf([read('ranging'), read('volatile', 'extreme')]).at(-1)).toBe('volatile');
});

describe('laws, for any readings', () => {
  const anyReading = fc
    .tuple(fc.constantFrom(...REGIMES), fc.constantFrom('low', 'medium', 'extreme' as const))
    .map(([regime, volatility]) =>
      volatility === 'extreme' ? read('volatile', 'extreme') : read(regime, volatility),
    );
  /** Runs of one reading, so that confirmations are reached. */
  const anyReadings = fc
    .array(fc.tuple(anyReading, fc.integer({ min: 1, max: 6 })), { minLength: 2, maxLength: 60 })
    .map((runs) => runs.flatMap(([reading, length]) => Array.from({ length }, () => reading)));
  const anyStep = fc.integer({ min: 1, max: 20 }).map((minutes) => minutes * MINUTE_MS);

  test('no more switches in any hour than the cap', () => {
    fc.assert(
      fc.property(anyReadings, anyStep, (readings, stepMs) => {
        const states = run(readings, stepMs);
        const switches = states.flatMap((state, i) =>
          i > 0 && state.confirmed !== states[i - 1]!.confirmed ? [i * stepMs] : [],
        );
        for (const time of switches) {
          const inHour = switches.filter((t) => t > time - 60 * MINUTE_MS && t <= time);
          expect(inHour.length).toBeLessThanOrEqual(CONFIG.maxSwitchesPerHour);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('without extreme volatility a regime lasts at least the dwell', () => {
    fc.assert(
      fc.property(anyReadings, anyStep, (readings, stepMs) => {
        const states = run(readings, stepMs);
        const dwells = states.flatMap((state, i) => {
          const before = states[i - 1] ?? state;
          const ordinary = readings[i]!.volatility !== 'extreme';
          return ordinary && state.confirmed !== before.confirmed
            ? [state.since - before.since]
            : [];
        });
        expect(Math.min(Infinity, ...dwells)).toBeGreaterThanOrEqual(
          CONFIG.minDwellMinutes * MINUTE_MS,
        );
      }),
    );
  });

  test('a regime that every reading shows comes into force', () => {
    fc.assert(
      fc.property(anyReadings, fc.constantFrom(...REGIMES), (readings, regime) => {
        const steady = Array.from({ length: 16 }, () => read(regime));
        expect(confirmedOf([...readings, ...steady]).at(-1)).toBe(regime);
      }),
    );
  });
});
