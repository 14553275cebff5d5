/** What a symbol asks of its watcher, and what it gets back. Plain JSON. */
import type { LedgerRow } from '../orders/order.ts';
import type { MarketEvent } from './features.ts';
import type { EpochMs, Quote, Side } from './market.ts';
import type { PriceText } from '../money/units.ts';

/** What the machine waits for. Everything is optional but bars and ledger rows, always reported. */
export type WatchSpec = {
  /** Report when the entry rule of the scalp strategy holds, at 1m bar closes. */
  readonly entryRule: 'scalp' | null;
  /** Report once when the mark price leaves this corridor. */
  readonly breakout: { readonly lower: PriceText; readonly upper: PriceText } | null;
  /**
   * Trailing stop: once the mark passed `activateAt`, report a better stop price each time it can
   * improve on `stopPrice` by at least `step`; the stop stays `distance` behind the best mark.
   */
  readonly trail: {
    readonly positionSide: Side;
    readonly activateAt: PriceText;
    readonly distance: PriceText;
    readonly step: PriceText;
    readonly stopPrice: PriceText;
  } | null;
  /** Report when the touch on this side moved away from our resting exit at this price. */
  readonly touch: { readonly side: Side; readonly price: PriceText } | null;
  /** Market-time deadlines; each is reported once, when market time reaches `at`. */
  readonly deadlines: readonly { readonly id: string; readonly at: EpochMs }[];
  /** Report when the mids of a minute lie farther apart than this or no longer do, unless known. */
  readonly collar: { readonly movePct: number; readonly isExceeded: boolean } | null;
  /** No effect in flight: in lockstep the venue may go on. */
  readonly settled: boolean;
  /** Written to `symbol_status` by the feed, only forward in (epoch, watchSeq). */
  readonly status: SymbolStatus;
};

/** Everything up to here was handled: ledger rows by number, market events by market time. */
export type WatchCursor = { readonly ledgerSeq: number; readonly marketTime: EpochMs };

export type WatchBatch = {
  readonly watchSeq: number;
  /** `superseded`: a newer call has the buffer. `handover`: the worker is leaving, claim again. */
  readonly outcome: 'events' | 'idle' | 'superseded' | 'handover';
  readonly events: readonly MarketEvent[];
  readonly ledger: readonly LedgerRow[];
  readonly quote: Quote | null;
  readonly cursor: WatchCursor;
};

export const TRADING_LEVELS = [
  'ACTIVE',
  'PAUSE',
  'REDUCING',
  'HALT',
  'HALT_AND_FLATTEN',
  'LOCKOUT',
] as const;
export type TradingLevel = (typeof TRADING_LEVELS)[number];

/** What people see of one symbol; the row of `symbol_status`. */
export type SymbolStatus = {
  readonly epoch: number;
  /** Dotted machine state, e.g. `rangingGrid.working`. */
  readonly state: string;
  readonly level: TradingLevel;
  /** Why it is REDUCING without a person; it ends with its causes. */
  readonly restraints: readonly string[];
  readonly haltReason: string | null;
  readonly regime: string | null;
  readonly strategy: string;
  /** The last decision's code and words: why it trades or not. */
  readonly decisionCode: string | null;
  readonly decisionReason: string | null;
  readonly positionQuantity: string;
  readonly entryPrice: string | null;
  readonly openOrders: number;
  readonly protectiveStops: readonly { readonly side: Side; readonly triggerPrice: string }[];
  readonly gridProfit: string;
  readonly unknownOrders: number;
  readonly marketTime: EpochMs;
};
