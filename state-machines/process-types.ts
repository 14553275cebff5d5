/** Inputs and commands of the symbol process: how a driver talks to it. */
import type { EpochMs, Quote } from '../core/market/market.ts';
import type { TradingLevel, WatchBatch, WatchCursor, WatchSpec } from '../core/market/watch.ts';
import type { ClientOrderIdPrefix } from '../core/orders/client-order-id.ts';
import type { DeniedReason } from '../core/orders/denied-reason.ts';
import type { OrderIntent } from '../core/orders/order.ts';
import type { CancelOutcome, ResolveOutcome, SubmitOutcome } from '../core/orders/outcomes.ts';
import type { ReconcileReport } from '../core/orders/reconcile.ts';
import type { RecordEntry } from '../core/orders/records.ts';
import type { EvaluateRequest, Evaluation } from '../core/strategies/plans.ts';
import type { Amendment } from './symbol-effects.ts';
import type { SymbolEvent } from './symbol-events.ts';

type Cancels = readonly { readonly clientOrderId: string; readonly conditional: boolean }[];

/** One activity to run. Only the last four may have changed the ledger or the venue when they fail. */
export type OperationCall =
  | { readonly name: 'openEpoch' }
  | { readonly name: 'claimSymbol' }
  | { readonly name: 'reconcile'; readonly prefix: ClientOrderIdPrefix }
  | { readonly name: 'evaluateSignal'; readonly request: EvaluateRequest }
  | { readonly name: 'record'; readonly entries: readonly RecordEntry[] }
  | { readonly name: 'resolveOrders'; readonly clientOrderIds: readonly string[] }
  | {
      readonly name: 'checkRisk';
      readonly intents: readonly OrderIntent[];
      readonly quote: Quote;
      readonly level: TradingLevel;
      readonly epoch: number;
    }
  | { readonly name: 'submitOrders'; readonly clientOrderIds: readonly string[] }
  | { readonly name: 'amendOrders'; readonly orders: readonly Amendment[] }
  | { readonly name: 'cancelOrders'; readonly orders: Cancels };

/** What came back, by the name of the call. */
export type OperationResult =
  | {
      readonly name: 'openEpoch';
      readonly value:
        | { readonly kind: 'opened'; readonly prefix: ClientOrderIdPrefix }
        | { readonly kind: 'refused'; readonly code: string; readonly reason: string };
    }
  | {
      readonly name: 'claimSymbol';
      readonly value: { readonly homeQueue: string; readonly searchable: boolean };
    }
  | { readonly name: 'reconcile'; readonly value: ReconcileReport }
  | { readonly name: 'evaluateSignal'; readonly value: Evaluation }
  | { readonly name: 'record'; readonly value: null }
  | { readonly name: 'resolveOrders'; readonly value: readonly ResolveOutcome[] }
  | {
      readonly name: 'checkRisk';
      readonly value: {
        readonly approved: readonly string[];
        readonly denied: readonly {
          readonly clientOrderId: string;
          readonly reason: DeniedReason;
        }[];
      };
    }
  | { readonly name: 'submitOrders'; readonly value: readonly SubmitOutcome[] }
  | { readonly name: 'amendOrders'; readonly value: readonly ResolveOutcome[] }
  | { readonly name: 'cancelOrders'; readonly value: readonly CancelOutcome[] };

export type ProcessMessage = Extract<SymbolEvent, { type: 'halt' | 'resume' | 'level' | 'stop' }>;

/** `wallMs` is the driver's wall clock when the input is handled. */
export type ProcessInput = { readonly wallMs: EpochMs } & (
  | { readonly kind: 'started' }
  | { readonly kind: 'message'; readonly message: ProcessMessage }
  | { readonly kind: 'completed'; readonly opId: string; readonly result: OperationResult }
  | { readonly kind: 'failed'; readonly opId: string; readonly message: string }
  | { readonly kind: 'watched'; readonly batch: WatchBatch }
  | { readonly kind: 'watchFailed'; readonly watchSeq: number; readonly message: string }
  /** Time passed: deadlines may be due. */
  | { readonly kind: 'woken' }
  /** History is long: finish what is in flight and continue as new. */
  | { readonly kind: 'drain' }
);

export type ProcessCommand =
  | { readonly kind: 'run'; readonly opId: string; readonly call: OperationCall }
  | {
      readonly kind: 'watch';
      readonly watchSeq: number;
      readonly homeQueue: string;
      readonly prefix: ClientOrderIdPrefix;
      readonly spec: WatchSpec;
      readonly cursor: WatchCursor;
    }
  /** The nearest deadline; null when none is armed. Replaces the one before. */
  | { readonly kind: 'wakeAt'; readonly at: EpochMs | null }
  | { readonly kind: 'continueAsNew' }
  | { readonly kind: 'complete' }
  | { readonly kind: 'refuse'; readonly code: string; readonly reason: string };
