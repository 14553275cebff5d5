/** What the pre-trade rules look at. All of it is read under the lock of the account row. */
import type { InstrumentRules, OrderBook, Quote } from '../market/market.ts';
import type { PriceMoves } from '../market/price-watch.ts';
import type { TradingLevel } from '../market/watch.ts';
import type { Money, Quantity } from '../money/units.ts';
import type { SymbolExposure } from './exposure.ts';
import type { RecentActivity } from './recent-activity.ts';
import type { RiskLimits } from './risk-limits.ts';

/** The halt that stands over a symbol; `unreadable` counts as set. */
export type LatchView =
  | { readonly kind: 'clear' }
  | { readonly kind: 'set'; readonly haltId: string; readonly level: TradingLevel }
  | { readonly kind: 'unreadable'; readonly message: string };

/** The part that changes by the moment: looked at again right before an order is sent. */
export type MomentContext = {
  readonly limits: RiskLimits;
  readonly latch: LatchView;
  readonly quote: Quote | null;
  /** Since the last market data was received here (wall time); null when there was none. */
  readonly dataAgeMs: number | null;
  /** How the price moved lately; null when this process holds no feed of the symbol. */
  readonly priceMoves: PriceMoves | null;
  /** How far this machine's clock is surely off the venue's, either way (wall). */
  readonly clockSkewMs: number;
  /**
   * Whether the venue was asked for everything since events of the account may have been lost: what
   * follows is the ledger's, and as old as that.
   */
  readonly isReconciled: boolean;
  /** Orders of the symbol whose outcome is unknown. */
  readonly unknownOrders: number;
  /** How long the position has lacked live or pending protection (wall time); null: it has it. */
  readonly unprotectedMs: number | null;
  /** What the symbol's stops that stand at the venue would buy and sell. */
  readonly stops: { readonly buy: Quantity; readonly sell: Quantity };
  /** The symbol's position, were every order of one side to fill, this one too, and none of the other. */
  readonly worst: { readonly long: Quantity; readonly short: Quantity };
};

/** At approval the worst case follows from the exposure, which grows with each order of a request. */
export type RiskContext = Omit<MomentContext, 'worst'> & {
  readonly symbol: string;
  readonly level: TradingLevel;
  readonly rules: InstrumentRules;
  readonly equity: Money;
  /** This symbol. */
  readonly exposure: SymbolExposure;
  /** Worst notional of all other symbols of the account. */
  readonly otherNotional: Money;
  /** Other symbols of the account with a level or a counter-order of a grid. */
  readonly gridsElsewhere: number;
  readonly openOrders: {
    readonly symbolOrdinary: number;
    readonly symbolConditional: number;
    readonly account: number;
  };
  readonly activity: RecentActivity;
  /** What traded in the last 24 hours, in base units; null where this process holds no feed of it. */
  readonly dayVolume: Quantity | null;
  /** What rests at the venue; null where no order of the request takes from it. */
  readonly book: OrderBook | null;
};
