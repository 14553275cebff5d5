/** What a symbol process carries between inputs and across continue-as-new. JSON only. */
import type { EpochMs } from '../core/market/market.ts';
import type { WatchCursor } from '../core/market/watch.ts';
import type { SymbolSnapshot } from './advance.ts';
import { initialSnapshot } from './advance.ts';
import type { OperationCall } from './process-types.ts';
import { initialContext } from './symbol-context.ts';
import type { SymbolEffect } from './symbol-effects.ts';

export type WatchProgress = {
  /** Of the last call that was started; 0 before the first. */
  readonly seq: number;
  readonly inFlight: boolean;
  readonly homeQueue: string | null;
  /** The server knows our search attributes. */
  readonly searchable: boolean;
  readonly claiming: boolean;
  /** This home has answered a call; one that never did is not claimed again at once. */
  readonly proven: boolean;
  /** Null until the first clean reconcile. */
  readonly cursor: WatchCursor | null;
  /** What the call in flight was asked for, to see when it must be superseded. */
  readonly specKey: string;
  readonly statusKey: string;
};

export type SymbolCarry = {
  readonly v: 1;
  readonly snapshot: SymbolSnapshot;
  /** Operations in flight, by `opId`. Read-only ones are started again by the next run. */
  readonly operations: Readonly<Record<string, OperationCall>>;
  readonly deadlines: Readonly<Record<string, EpochMs>>;
  readonly watch: WatchProgress;
  /** Wall time since which it drains for continue-as-new; null while it does not. */
  readonly drainingSince: EpochMs | null;
  /** Effects that add risk, held back while draining. */
  readonly held: readonly SymbolEffect[];
  /** Events that changed nothing, by type. */
  readonly ignored: Readonly<Record<string, number>>;
  readonly processOps: number;
  readonly completing: boolean;
};

export const initialCarry = (): SymbolCarry => ({
  v: 1,
  snapshot: initialSnapshot(),
  operations: {},
  deadlines: {},
  watch: {
    seq: 0,
    inFlight: false,
    homeQueue: null,
    searchable: false,
    claiming: false,
    proven: false,
    cursor: null,
    specKey: '',
    statusKey: '',
  },
  drainingSince: null,
  held: [],
  ignored: {},
  processOps: 0,
  completing: false,
});

/** Brings the carry of an older run up to date: what it lacks gets its first value. */
export const migrate = (carry: SymbolCarry): SymbolCarry => ({
  ...carry,
  snapshot: { ...carry.snapshot, context: { ...initialContext, ...carry.snapshot.context } },
  watch: { ...initialCarry().watch, ...carry.watch },
});
