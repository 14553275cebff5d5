/** Plans: everything that the machine needs to trade, prices and quantities included. */
import type { DecisionCode } from './decision-codes.ts';
import type { MarketFeatures } from '../market/features.ts';
import type { EpochMs, Quote, Side } from '../market/market.ts';
import type { MoneyText, PriceText, QuantityText } from '../money/units.ts';
import type { Regime, RegimeReading, RegimeState } from '../regime/regime.ts';

/** One level: a buy below or a sell above the centre, and where its counter-order stands. */
export type GridLevel = {
  /** -3 … -1 below the centre, 1 … 3 above. */
  readonly index: number;
  readonly side: Side;
  readonly price: PriceText;
  readonly counterPrice: PriceText;
  readonly quantity: QuantityText;
};

export type GridPlan = {
  readonly planId: string;
  readonly centre: PriceText;
  readonly step: PriceText;
  readonly levels: readonly GridLevel[];
  /** Reduce-only stops on mark, each for the worst one-sided inventory, acked before any level. */
  readonly stops: {
    readonly lower: { readonly triggerPrice: PriceText; readonly quantity: QuantityText };
    readonly upper: { readonly triggerPrice: PriceText; readonly quantity: QuantityText };
  };
  readonly breakout: { readonly lower: PriceText; readonly upper: PriceText };
  readonly worstNotional: MoneyText;
  readonly resetProfit: MoneyText;
  readonly unwindLimitMs: number;
  readonly createdAt: EpochMs;
};

export type ScalpPlan = {
  readonly planId: string;
  /** Side of the entry. */
  readonly side: Side;
  readonly quantity: QuantityText;
  /** Immediate-or-cancel limit: the worst price that the entry may pay. */
  readonly entryPrice: PriceText;
  readonly stopPrice: PriceText;
  readonly targetPrice: PriceText;
  readonly trail: {
    readonly activateAt: PriceText;
    readonly distance: PriceText;
    readonly step: PriceText;
  } | null;
  /** Market time at which an open position is closed. */
  readonly holdUntil: EpochMs;
  readonly cooldownMs: number;
  readonly confidence: number;
  readonly createdAt: EpochMs;
};

export type StrategyState = 'standby' | 'rangingGrid' | 'trendingScalp';

/** What the machine tells `evaluateSignal`; the rest (rules, equity, configuration) it reads. */
export type EvaluateRequest = {
  readonly trigger: 'start' | 'barClosed' | 'entryTriggered' | 'resumed';
  readonly entrySide: Side | null;
  readonly marketTime: EpochMs;
  readonly quote: Quote;
  readonly features: MarketFeatures;
  readonly regimeState: RegimeState | null;
  /** Where the machine is now. */
  readonly state: StrategyState;
  /** True while a plan is being traded or worked out: no new plan is wanted. */
  readonly busy: boolean;
  readonly flat: boolean;
  readonly grid: {
    readonly centre: PriceText;
    readonly step: PriceText;
    /** Every level armed, no inventory. */
    readonly allArmed: boolean;
    /** Net of fees since the plan was placed. */
    readonly netProfit: MoneyText;
    readonly resetProfit: MoneyText;
    readonly createdAt: EpochMs;
  } | null;
  /** Seeds the plan id and the decision id; unique per symbol and epoch. */
  readonly decisionSeq: number;
  readonly epoch: number;
};

/** The answer: which strategy state fits, a plan when one is due, and why. */
export type Evaluation = {
  readonly decisionId: string;
  readonly strategy: StrategyState;
  readonly regime: Regime;
  readonly reading: RegimeReading;
  readonly regimeState: RegimeState;
  /** A new grid: the first one, or a reset of the standing one. */
  readonly gridPlan: GridPlan | null;
  readonly scalpPlan: ScalpPlan | null;
  readonly code: DecisionCode;
  /** One sentence with the figures. */
  readonly reason: string;
};
