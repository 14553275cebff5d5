/** Which strategy fits the regime in force, and when a plan that works is left for it. */
import type { DecisionCode } from './decision-codes.ts';
import type { StrategyState } from './plans.ts';
import { assertNever } from '../assert.ts';
import type { Regime, RegimeReading } from '../regime/regime.ts';

export type Selection = {
  readonly strategy: StrategyState;
  /** Set where the selection itself is the decision; null where the planner decides. */
  readonly code: DecisionCode | null;
  readonly reason: string;
};

export type SelectionInput = {
  readonly state: StrategyState;
  /** A plan stands, holds inventory or is being worked out. */
  readonly working: boolean;
  /** The regime in force. */
  readonly regime: Regime;
  readonly reading: RegimeReading;
};

/** Trending: scalp. Ranging: grid. Extreme or volatile: standby. Undecided: keep what works. */
export function selectStrategy(input: SelectionInput): Selection {
  const { regime, reading } = input;
  if (reading.volatility === 'extreme') {
    const pct = reading.reasons['volatilityDailyPct'] ?? 'unknown';
    return standby('STANDBY_EXTREME_VOLATILITY', `Volatility is extreme: ${pct} % a day.`);
  }
  if (input.working && input.state === 'trendingScalp') return keepScalp(regime);
  switch (regime) {
    case 'volatile':
      return standby('STANDBY_VOLATILE', `${describe(reading)} The market moves without a trend.`);
    case 'undecided':
      return undecided(input);
    case 'ranging':
      return { strategy: 'rangingGrid', code: null, reason: describe(reading) };
    case 'trendingUp':
    case 'trendingDown':
      return toScalp(input);
    default:
      return assertNever(regime);
  }
}

function standby(code: DecisionCode, reason: string): Selection {
  return { strategy: 'standby', code, reason };
}

/** A scalp lasts minutes and has its own target, stop and time limit. */
function keepScalp(regime: Regime): Selection {
  const reason = `The scalp runs to its target, stop or time limit; the regime is ${regime}.`;
  return { strategy: 'trendingScalp', code: 'SCALP_KEPT', reason };
}

function undecided({ working, state, reading }: SelectionInput): Selection {
  const reason = describe(reading);
  if (!working || state === 'standby') return standby('STANDBY_UNDECIDED', reason);
  return { strategy: state, code: 'HOLD_UNDECIDED', reason: `${reason} The plan works on.` };
}

function toScalp({ working, state, reading }: SelectionInput): Selection {
  const leavesGrid = working && state === 'rangingGrid';
  const reason = describe(reading);
  return { strategy: 'trendingScalp', code: leavesGrid ? 'HANDOVER_TO_SCALP' : null, reason };
}

/** The reading in one sentence with its figures. */
function describe(reading: RegimeReading): string {
  const { reasons } = reading;
  const adx = ['5m', '15m', '1h'].map((t) => `${t} ${reasons[`adx${t}`] ?? 'unknown'}`).join(', ');
  return (
    `Reading ${reading.regime} at ${(reading.confidence * 100).toFixed(0)} % agreement ` +
    `(ADX ${adx}; volatility ${reading.volatility}).`
  );
}
