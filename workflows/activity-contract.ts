/** The activities that the symbol workflow calls: signatures only, `core` types only. */
import type { Quote, Side } from '../core/market/market.ts';
import type { WatchBatch, WatchCursor, WatchSpec } from '../core/market/watch.ts';
import type { ClientOrderIdPrefix } from '../core/orders/client-order-id.ts';
import type { DeniedReason } from '../core/orders/denied-reason.ts';
import type { PriceText, QuantityText } from '../core/money/units.ts';
import type { OrderIntent, SymbolRef } from '../core/orders/order.ts';
import type { CancelOutcome, ResolveOutcome, SubmitOutcome } from '../core/orders/outcomes.ts';
import type { ReconcileReport } from '../core/orders/reconcile.ts';
import type { RecordEntry } from '../core/orders/records.ts';
import type { EvaluateRequest, Evaluation } from '../core/strategies/plans.ts';
import type { TradingLevel } from '../core/market/watch.ts';

export type ClaimSymbolResult = {
  readonly homeQueue: string;
  /** Whether the search attributes are known to the server: an unknown one hangs the workflow. */
  readonly searchable: boolean;
};

export type OpenEpochResult =
  | { readonly kind: 'opened'; readonly prefix: ClientOrderIdPrefix }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

export type CheckRiskRequest = {
  readonly ref: SymbolRef;
  readonly epoch: number;
  readonly level: TradingLevel;
  readonly quote: Quote;
  /** At most 5, the venue's batch. */
  readonly intents: readonly OrderIntent[];
};

export type CheckRiskResult = {
  /** Client ids of the intents that are now PREPARED rows. */
  readonly approved: readonly string[];
  readonly denied: readonly { readonly clientOrderId: string; readonly reason: DeniedReason }[];
};

export type CancelRequest = { readonly clientOrderId: string; readonly conditional: boolean };

export type AmendRequest = {
  readonly clientOrderId: string;
  readonly side: Side;
  readonly quantity: QuantityText;
  readonly price: PriceText;
};

/** Activities on the workflow's own queue (shared by all workers, eager start). */
export type SymbolActivities = {
  /** Answers the claiming process's own queue: the symbol's feed will live there. */
  claimSymbol(request: { ref: SymbolRef }): Promise<ClaimSymbolResult>;
  /** First activity of a workflow start: epoch, symbol code, leverage and margin mode read back. */
  openEpoch(request: { ref: SymbolRef; workflowId: string }): Promise<OpenEpochResult>;
  /** Venue truth first. Read-only but for adopting what the venue knows into the ledger. */
  reconcile(request: { ref: SymbolRef; prefix: ClientOrderIdPrefix }): Promise<ReconcileReport>;
  /** Says what to do and writes the `decisions` row, skips included. */
  evaluateSignal(request: { ref: SymbolRef; request: EvaluateRequest }): Promise<Evaluation>;
  checkRisk(request: CheckRiskRequest): Promise<CheckRiskResult>;
  submitOrders(request: {
    ref: SymbolRef;
    clientOrderIds: readonly string[];
  }): Promise<readonly SubmitOutcome[]>;
  /** New prices for reduce-only limit orders; the outcome is what the venue says of each. */
  amendOrders(request: {
    ref: SymbolRef;
    orders: readonly AmendRequest[];
  }): Promise<readonly ResolveOutcome[]>;
  cancelOrders(request: {
    ref: SymbolRef;
    orders: readonly CancelRequest[];
  }): Promise<readonly CancelOutcome[]>;
  /** Read-only; positive evidence only. */
  resolveOrders(request: {
    ref: SymbolRef;
    clientOrderIds: readonly string[];
  }): Promise<readonly ResolveOutcome[]>;
  /** Switches, risk events and the like, in one transaction; repeated calls change nothing. */
  record(request: { ref: SymbolRef; entries: readonly RecordEntry[] }): Promise<void>;
};

/** Activities on a process's own queue. */
export type HomeActivities = {
  watchMarket(request: {
    ref: SymbolRef;
    prefix: ClientOrderIdPrefix;
    watchSeq: number;
    spec: WatchSpec;
    cursor: WatchCursor;
  }): Promise<WatchBatch>;
};
