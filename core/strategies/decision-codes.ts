/** Why a symbol trades or does not: the closed list of decision codes, in plain words. */

export const DECISION_CODES = {
  GRID_PLANNED: 'The market ranges and a grid is placed.',
  GRID_RESET_PLANNED: 'The standing grid is cancelled and placed anew around the mid.',
  GRID_KEPT: 'The standing grid works on.',
  SCALP_ENTRY: 'An entry rule holds in the direction of the trend.',
  SCALP_WAIT: 'The market trends, and no entry rule holds yet.',
  SCALP_KEPT: 'A scalp is under way and ends by its own target, stop or time limit.',
  SCALP_AGAINST_REGIME: 'The entry rule holds against the direction of the trend in force.',
  SKIP_FEES_EXCEED_TARGET: 'After fees the entry would need too large a share of wins.',
  SIZE_BELOW_VENUE_MINIMUM: 'The allowed size is smaller than the smallest order of the venue.',
  SPREAD_TOO_WIDE: 'The spread is wider than a step of the grid.',
  WAIT_FOR_FLAT: 'Inventory of an earlier plan must be worked out first.',
  PLAN_IN_PROGRESS: 'A plan is being placed or worked out.',
  HOLD_UNDECIDED: 'The timeframes disagree; the plan that works is kept.',
  STANDBY_UNDECIDED: 'The timeframes disagree or have too few bars; nothing is entered.',
  STANDBY_VOLATILE: 'The market moves much without a trend; nothing is entered.',
  STANDBY_EXTREME_VOLATILITY: 'Volatility is extreme; nothing is entered.',
  HANDOVER_TO_SCALP: 'A trend is in force; the grid is cancelled and its inventory worked out.',
} as const;

export type DecisionCode = keyof typeof DECISION_CODES;

/** A decision without a plan: the code and one sentence with the figures. */
export type Refusal = { readonly code: DecisionCode; readonly reason: string };
