/**
 * Hysteresis: when another regime comes into force. All times are market time.
 * A switch needs confirmation by readings in a row, the minimum dwell of the regime in force, and
 * room under the cap of switches an hour. Extreme volatility skips the first two, never the cap:
 * strategy selection stands by on an extreme reading whatever is in force.
 */
import type { Regime, RegimeReading, RegimeState } from './regime.ts';
import type { RegimeConfig } from './regime-config.ts';
import type { EpochMs } from '../market/market.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The state after one reading; the first reading (null state) is in force at once. */
export function confirmRegime(
  state: RegimeState | null,
  reading: RegimeReading,
  marketTime: EpochMs,
  config: RegimeConfig,
): RegimeState {
  if (state === null) return inForce(reading.regime, marketTime, []);
  const switchTimes = state.switchTimes.filter((time) => time > marketTime - HOUR_MS);
  const { regime } = reading;
  if (regime === state.confirmed) {
    return { ...state, candidate: regime, confirmations: 0, switchTimes };
  }
  const confirmations = regime === state.candidate ? state.confirmations + 1 : 1;
  const dwelt = marketTime - state.since >= config.minDwellMinutes * MINUTE_MS;
  const confirmed = confirmations >= config.confirmationBars && dwelt;
  const urgent = reading.volatility === 'extreme';
  if ((confirmed || urgent) && switchTimes.length < config.maxSwitchesPerHour) {
    return inForce(regime, marketTime, [...switchTimes, marketTime]);
  }
  return { ...state, candidate: regime, confirmations, switchTimes };
}

function inForce(regime: Regime, since: EpochMs, switchTimes: readonly EpochMs[]): RegimeState {
  return { confirmed: regime, since, candidate: regime, confirmations: 0, switchTimes };
}
