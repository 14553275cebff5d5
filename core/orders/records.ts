/** What a symbol wants written down beside orders and fills. Keys make repeated writes harmless. */
import type { EpochMs } from '../market/market.ts';
import type { SymbolStatus } from '../market/watch.ts';

export type RecordEntry =
  | {
      readonly kind: 'strategySwitch';
      /** Unique per symbol: epoch and a sequence. */
      readonly key: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
      readonly regime: string | null;
      /** What happens to orders and inventory. */
      readonly handover: string;
      readonly eventTime: EpochMs;
    }
  | {
      readonly kind: 'riskEvent';
      readonly key: string;
      readonly code: string;
      readonly severity: 'info' | 'warning' | 'critical';
      readonly detail: Readonly<Record<string, string | number>>;
      readonly eventTime: EpochMs;
    }
  /** The last status of a workflow that completes, when no watch follows to carry it. */
  | { readonly kind: 'status'; readonly watchSeq: number; readonly status: SymbolStatus };
