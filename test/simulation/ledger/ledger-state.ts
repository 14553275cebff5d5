/** The ledger's rows, and the rules that the database enforces whatever is asked of it. */
import { ensureDefined } from '../../../core/assert.ts';
import { quantity } from '../../../core/money/units.ts';
import type { Price, Quantity, QuantityText } from '../../../core/money/units.ts';
import { isTerminalStatus } from '../../../core/orders/order.ts';
import type { Fill, IntentState, OrderIntent, OrderStatus } from '../../../core/orders/order.ts';
import type { DeniedReason } from '../../../core/orders/denied-reason.ts';
import type { TradingLevel } from '../../../core/market/watch.ts';
import type { RiskLimits } from '../../../core/risk/risk-limits.ts';
import type { VenueOrder } from '../../../adapters/ports.ts';

export type IntentRecord = {
  readonly intent: OrderIntent;
  readonly epoch: number;
  readonly expiresAtMs: number;
  readonly reservePrice: Price;
  readonly recordedAtMs: number;
  state: IntentState;
  reason: DeniedReason | null;
  sentAt: number | null;
  changedAtMs: number;
  /** The venue's view; null while it has said nothing. */
  view: { status: OrderStatus; executed: QuantityText; eventTime: number; seq: number } | null;
  filled: Quantity;
};

export type OrderRecord = Pick<
  VenueOrder,
  'conditional' | 'venueOrderId' | 'status' | 'executed' | 'childOrderId' | 'eventTime'
> & { readonly intentId: string | null };

export type FillRecord = {
  readonly fill: Fill;
  readonly seq: number;
  readonly intentId: string | null;
};

export type Halt = { readonly haltId: string; readonly level: TradingLevel };

export type LedgerState = {
  readonly now: () => number;
  readonly limits: RiskLimits;
  /** A rule of the database was broken. */
  readonly broken: (what: string) => void;
  readonly intents: Map<string, IntentRecord>;
  readonly live: Set<IntentRecord>;
  readonly orders: Map<string, OrderRecord>;
  readonly fills: Map<string, FillRecord>;
  readonly halts: Map<string, Halt>;
  readonly riskEvents: Map<string, string>;
  readonly listeners: Set<() => void>;
  /** When standing orders were cancelled or amended. */
  readonly changesAtMs: number[];
  seq: number;
  epoch: number;
  openedAtMs: number | null;
  lastSeq: number;
};

export const createLedgerState = (
  parts: Pick<LedgerState, 'now' | 'limits' | 'broken'>,
): LedgerState => ({
  ...parts,
  intents: new Map(),
  live: new Set(),
  orders: new Map(),
  fills: new Map(),
  halts: new Map(),
  riskEvents: new Map(),
  listeners: new Set(),
  changesAtMs: [],
  seq: 0,
  epoch: 0,
  openedAtMs: null,
  lastSeq: 0,
});

export const intentOf = (state: LedgerState, clientOrderId: string): IntentRecord =>
  ensureDefined(state.intents.get(clientOrderId), `${clientOrderId} was prepared`);

/** It stands at the venue, may stand there or is about to. */
function isLive({ state, view }: IntentRecord): boolean {
  if (view !== null) return !isTerminalStatus(view.status);
  return state === 'PREPARED' || state === 'SENDING' || state === 'UNKNOWN' || state === 'ACKED';
}

/** It was approved and can never be sent any more. */
export const isOverdue = (state: LedgerState, record: IntentRecord): boolean =>
  record.state === 'PREPARED' && record.expiresAtMs <= state.now();

/** What it can still add to the position. */
export function reservedQuantity(record: IntentRecord): Quantity {
  if (record.intent.reduceOnly) return 0n as Quantity;
  const { view, filled } = record;
  const ended = view !== null && isTerminalStatus(view.status);
  if (!ended && !isLive(record)) return 0n as Quantity;
  const most = ended ? quantity(view.executed) : quantity(record.intent.quantity);
  return (most > filled ? most - filled : 0n) as Quantity;
}

const LEGAL: ReadonlySet<string> = new Set([
  'PREPARED>SENDING',
  'PREPARED>DENIED',
  'PREPARED>EXPIRED',
  'SENDING>ACKED',
  'SENDING>REJECTED',
  'SENDING>UNKNOWN',
  'UNKNOWN>ACKED',
  'UNKNOWN>REJECTED',
  'UNKNOWN>ABSENT',
  'ABSENT>ACKED',
]);

export function setIntentState(state: LedgerState, record: IntentRecord, to: IntentState): void {
  const step = `${record.state}>${to}`;
  if (record.state !== to && !LEGAL.has(step)) {
    state.broken(`${record.intent.clientOrderId}: ${step} is not a legal transition`);
  }
  if (to === 'SENDING' && state.halts.size > 0 && !record.intent.reduceOnly) {
    state.broken(`${record.intent.clientOrderId}: risk is sent after the latch`);
  }
  record.state = to;
  touch(state, record);
}

export function touch(state: LedgerState, record: IntentRecord): void {
  record.changedAtMs = state.now();
  if (isLive(record)) state.live.add(record);
  else state.live.delete(record);
}

export function raise(state: LedgerState, key: string, code: string): void {
  if (!state.riskEvents.has(key)) state.riskEvents.set(key, code);
}

/** Readers are told that rows were written. */
export function notify(state: LedgerState): void {
  for (const listener of state.listeners) listener();
}
