/** Messages of the symbol workflow. Clients import them from here, never by name. */
import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { SymbolStatus, TradingLevel } from '../core/market/watch.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { SymbolCarry } from '../state-machines/symbol-carry.ts';

export const SYMBOL_WORKFLOW = 'symbolWorkflow';
/** Workflows and order activities; every worker polls it. */
export const SHARED_TASK_QUEUE = 'tidegate';

/**
 * How long a task that a worker took and died with is waited for: the default of 10 s would be most
 * of a recovery. A replay of 2,000 events takes a fraction of it.
 */
export const WORKFLOW_TASK_TIMEOUT = '3s';

/** Input of a start; `carry` only comes from continue-as-new. */
export type SymbolWorkflowInput = {
  readonly ref: SymbolRef;
  readonly carry?: SymbolCarry;
  /** History length at which it continues as new; 2,000 in runs that were started without it. */
  readonly historyEventsMax?: number;
};

/**
 * What a start asks for: whoever takes a run over after a crash replays all of it first. An input and
 * not a constant of the workflow, so that runs under way replay with the length that they began with.
 */
export const HISTORY_EVENTS_MAX = 1_000;

/** e.g. `symbol:paper:binance-usdm:BTCUSDT`. */
export const symbolWorkflowId = (ref: SymbolRef): string =>
  `symbol:${ref.account}:${ref.venue}:${ref.symbol}`;

export type HaltMessage = {
  readonly haltId: string;
  readonly level: Extract<TradingLevel, 'HALT' | 'HALT_AND_FLATTEN' | 'LOCKOUT'>;
  readonly reason: string;
  readonly by: string;
};
export type ResumeMessage = {
  /** The halt that it clears. */
  readonly haltId: string | null;
  readonly reason: string;
  readonly by: string;
};
export type LevelMessage = {
  readonly level: Extract<TradingLevel, 'ACTIVE' | 'PAUSE' | 'REDUCING'>;
  readonly reason: string;
  readonly by: string;
};
export type StopMessage = {
  /** True: leave at market now. False: entries cancelled, position managed to flat. */
  readonly flatten: boolean;
  readonly reason: string;
  readonly by: string;
};

/** Signals, because they are durable on return even with no worker alive. */
export const haltSignal = defineSignal<[HaltMessage]>('halt');
export const resumeSignal = defineSignal<[ResumeMessage]>('resume');
export const levelSignal = defineSignal<[LevelMessage]>('level');
export const stopSignal = defineSignal<[StopMessage]>('stop');

/** For debugging; dashboards read Postgres. */
export const symbolStatusQuery = defineQuery<SymbolStatus>('status');

export const SEARCH_ATTRIBUTES = {
  symbol: defineSearchAttributeKey('Symbol', 'KEYWORD'),
  venue: defineSearchAttributeKey('Venue', 'KEYWORD'),
  tradingState: defineSearchAttributeKey('TradingState', 'KEYWORD'),
  regime: defineSearchAttributeKey('Regime', 'KEYWORD'),
  haltReason: defineSearchAttributeKey('HaltReason', 'KEYWORD'),
} as const;
