/** One evaluation: regime, strategy, a plan where one is due, and one sentence of why. Pure. */
import type { InstrumentRules } from '../market/market.ts';
import type { MoneyText } from '../money/units.ts';
import type { EvaluateRequest, Evaluation } from './plans.ts';
import type { StrategyConfig } from './strategy-config.ts';

/** The machine's request and what the activity reads beside it. */
export type EvaluateInput = EvaluateRequest & {
  readonly symbol: string;
  readonly rules: InstrumentRules;
  /** Account equity in the quote currency. */
  readonly equity: MoneyText;
  readonly config: StrategyConfig;
};

export function evaluate(_input: EvaluateInput): Evaluation {
  throw new Error('not written yet');
}
