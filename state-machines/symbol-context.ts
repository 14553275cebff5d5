/** What a symbol machine remembers. JSON only: it is carried by Temporal and stored in fixtures. */
import type { MarketFeatures } from '../core/market/features.ts';
import type { EpochMs, Quote, Side } from '../core/market/market.ts';
import type { TradingLevel } from '../core/market/watch.ts';
import type { ClientOrderIdPrefix } from '../core/orders/client-order-id.ts';
import type { MachineSettings } from '../core/orders/machine-settings.ts';
import { FLAT } from '../core/orders/net-position.ts';
import type { NetPosition } from '../core/orders/net-position.ts';
import type { OrderIntent, OrderStatus } from '../core/orders/order.ts';
import type { RecordEntry } from '../core/orders/records.ts';
import type { MoneyText, PriceText, QuantityText } from '../core/money/units.ts';
import type { Regime, RegimeState } from '../core/regime/regime.ts';
import type { Restraint } from './restraints.ts';
import type { DeadlineId } from './symbol-events.ts';
import type {
  EvaluateRequest,
  GridPlan,
  ScalpPlan,
  StrategyState,
} from '../core/strategies/plans.ts';

/** An order of ours from the moment it is asked for until it is terminal and all fills are seen. */
export type TrackedOrder = {
  readonly intent: OrderIntent;
  /** `placing`: not yet acknowledged. `unknown`: sent, no answer; it may live. */
  readonly phase: 'placing' | 'working' | 'unknown' | 'terminal';
  readonly venueStatus: OrderStatus | null;
  /** Executed according to the venue's order reports. */
  readonly executed: QuantityText;
  /** Executed according to the fills that reached us. */
  readonly filled: QuantityText;
  /** A cancel is in flight, or was taken by the venue and its effect is awaited. */
  readonly cancelling: boolean;
  /** Whether the venue is being asked about it; `due`: at once, `later`: at the next `retry`. */
  readonly asking: 'no' | 'due' | 'inFlight' | 'later';
};

/** One level of a standing grid. `held` is unsigned inventory that its counter-order must close. */
export type LevelProgress = {
  readonly index: number;
  readonly held: QuantityText;
  /** Entry cost of `held` in quote currency. */
  readonly cost: MoneyText;
};

export type GridProgress = {
  readonly plan: GridPlan;
  readonly levels: readonly LevelProgress[];
  /** Matched profit of level pairs, before fees, and all fees since the plan was placed. */
  readonly grossProfit: MoneyText;
  readonly fees: MoneyText;
  /** A reset was decided: this plan follows when the old one is terminal. */
  readonly nextPlan: GridPlan | null;
};

export type ScalpProgress = {
  readonly plan: ScalpPlan;
  /** Where the protective stop should stand; moves with the trail. */
  readonly stopPrice: PriceText;
  readonly entryAsked: boolean;
};

export type SymbolContext = {
  readonly prefix: ClientOrderIdPrefix | null;
  readonly settings: MachineSettings | null;
  /** What people and late evidence set; `tradingLevel()` is what counts. */
  readonly level: TradingLevel;
  readonly restraints: readonly Restraint[];
  /** Wall time since which some outcome has been unknown without a break. */
  readonly unknownSince: EpochMs | null;
  readonly halt: {
    readonly haltId: string;
    readonly reason: string;
    readonly by: string;
    readonly since: EpochMs;
  } | null;
  readonly stopping: {
    readonly flatten: boolean;
    readonly reason: string;
    readonly by: string;
  } | null;
  readonly marketTime: EpochMs;
  readonly quote: Quote | null;
  readonly dataStale: boolean;
  readonly regime: Regime | null;
  readonly regimeState: RegimeState | null;
  readonly wanted: StrategyState;
  readonly decision: { readonly code: string; readonly reason: string } | null;
  readonly position: NetPosition;
  /** `orderId:tradeId` of the last fills, so that a row that is issued again counts once. */
  readonly recentTrades: readonly string[];
  readonly orders: Readonly<Record<string, TrackedOrder>>;
  /** The last ones that were proved absent: tracked again should the venue show them after all. */
  readonly absent: Readonly<Record<string, OrderIntent>>;
  readonly grid: GridProgress | null;
  readonly scalp: ScalpProgress | null;
  readonly breakout: boolean;
  /** Close the inventory at market, and why. */
  readonly exitNow: string | null;
  /** Market time from which inventory is worked out at market; null while none is worked out. */
  readonly workOutMarketAt: EpochMs | null;
  readonly cooldownUntil: EpochMs | null;
  /** A decision is due with these inputs; kept until an evaluation is asked. */
  readonly evaluationDue: {
    readonly trigger: EvaluateRequest['trigger'];
    readonly entrySide: Side | null;
    readonly features: MarketFeatures;
  } | null;
  readonly evaluating: boolean;
  /** Plans of the last evaluation; a state takes one at once or it is gone. */
  readonly offer: { readonly grid: GridPlan | null; readonly scalp: ScalpPlan | null };
  readonly reconcile: 'due' | 'inFlight' | 'waiting' | 'done';
  /** Slots that were denied or rejected, with the code; asked again at the next bar close. */
  readonly blocked: Readonly<Record<string, string>>;
  readonly records: readonly RecordEntry[];
  /** Matched grid profit net of fees over all plans of this workflow start. */
  readonly gridProfit: MoneyText;
  readonly armed: readonly DeadlineId[];
  /** Top-level state, for the record of switches. */
  readonly top: string;
  readonly counters: {
    readonly order: number;
    readonly op: number;
    readonly decision: number;
    readonly record: number;
  };
};

const ZERO = '0' as MoneyText;

export const initialContext: SymbolContext = {
  prefix: null,
  settings: null,
  level: 'ACTIVE',
  restraints: [],
  unknownSince: null,
  halt: null,
  stopping: null,
  marketTime: 0,
  quote: null,
  dataStale: false,
  regime: null,
  regimeState: null,
  wanted: 'standby',
  decision: null,
  position: FLAT,
  recentTrades: [],
  orders: {},
  absent: {},
  grid: null,
  scalp: null,
  breakout: false,
  exitNow: null,
  workOutMarketAt: null,
  cooldownUntil: null,
  evaluationDue: null,
  evaluating: false,
  offer: { grid: null, scalp: null },
  reconcile: 'due',
  blocked: {},
  records: [],
  gridProfit: ZERO,
  armed: [],
  top: 'reconciling',
  counters: { order: 0, op: 0, decision: 0, record: 0 },
};
