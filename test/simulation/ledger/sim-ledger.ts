/** The ledger and the journal of the installation: what Postgres holds, without Postgres. */
import { entryPrice } from '../../../core/portfolio/position.ts';
import { moneyText, priceText, quantityText } from '../../../core/money/units.ts';
import type { LedgerRow } from '../../../core/orders/order.ts';
import type { RecordEntry } from '../../../core/orders/records.ts';
import type { SymbolStatus } from '../../../core/market/watch.ts';
import { severest } from '../../../adapters/postgres/halts.ts';
import type { DecisionRow, IntentRow, Ledger } from '../../../adapters/ports.ts';
import { REF } from '../scenario.ts';
import { recordFill } from './book-fills.ts';
import { bookOrder, recordOutcome } from './book-orders.ts';
import { positionOf } from './figures.ts';
import { beginSending, expire, prepareIntents } from './gate.ts';
import { createLedgerState, raise } from './ledger-state.ts';
import type { Halt, IntentRecord, LedgerState } from './ledger-state.ts';

type OpenIntents = Awaited<ReturnType<Ledger['openIntents']>>;
type Position = Awaited<ReturnType<Ledger['position']>>;

const IDENTITY = { instance: 'sim0', symbolCode: 'solus' };

/** Every method is one transaction: it happens at once. */
export class SimLedger {
  readonly state: LedgerState;
  readonly decisions = new Map<string, DecisionRow>();
  status: { readonly watchSeq: number; readonly status: SymbolStatus } | undefined;

  constructor(parts: Parameters<typeof createLedgerState>[0]) {
    this.state = createLedgerState(parts);
  }

  prepareIntents = (request: Parameters<Ledger['prepareIntents']>[0]) =>
    prepareIntents(this.state, request);
  beginSending = (request: Parameters<Ledger['beginSending']>[0]) =>
    beginSending(this.state, request);
  noteChanges = (clientOrderIds: readonly string[]): void =>
    void this.state.changesAtMs.push(...clientOrderIds.map(() => this.state.now()));
  beginAmending = (clientOrderIds: readonly string[]): boolean => {
    this.noteChanges(clientOrderIds);
    return severest([...this.state.halts.values()])?.level !== 'LOCKOUT';
  };
  recordOutcome = (id: string, outcome: Parameters<Ledger['recordOutcome']>[2]) =>
    recordOutcome(this.state, id, outcome);
  recordFill = (fill: Parameters<Ledger['recordFill']>[1]) => recordFill(this.state, fill);
  recordOrder = (order: Parameters<Ledger['recordOrder']>[1]) =>
    bookOrder(this.state, order, order.clientOrderId);
  identity = () => IDENTITY;

  expirePrepared(clientOrderId: string): boolean {
    const record = this.state.intents.get(clientOrderId);
    return record !== undefined && expire(this.state, record);
  }

  rowsAbove(seq: number, limit: number): readonly LedgerRow[] {
    const fills = [...this.state.fills.values()]
      .filter((row) => row.seq > seq)
      .map((row): LedgerRow => ({ seq: row.seq, kind: 'fill', fill: row.fill }));
    const orders = [...this.state.intents.values()].flatMap((record) => orderRow(record, seq));
    return [...fills, ...orders].toSorted((a, b) => a.seq - b.seq).slice(0, limit);
  }

  intent(clientOrderId: string): IntentRow | undefined {
    const record = this.state.intents.get(clientOrderId);
    return record === undefined ? undefined : toRow(record);
  }

  openIntents(): OpenIntents {
    return [...this.state.live]
      .filter((record) => record.state !== 'PREPARED')
      .toSorted((a, b) => (a.intent.clientOrderId < b.intent.clientOrderId ? -1 : 1))
      .map((record) => ({ ...toRow(record), update: updateOf(record) }));
  }

  position(): Position {
    const fills = [...this.state.fills.values()].map(({ fill }) => fill);
    const held = positionOf(fills);
    const entry = entryPrice(held);
    return {
      quantity: quantityText(held.quantity),
      entryPrice: entry === null ? null : priceText(entry),
      realisedProfit: moneyText(held.openRealisedProfit),
      lastSeq: this.state.lastSeq,
      lastFillTime: fills.length === 0 ? null : Math.max(...fills.map((fill) => fill.eventTime)),
    };
  }

  openEpoch(venueEpoch: number): Awaited<ReturnType<Ledger['openEpoch']>> {
    this.state.epoch = 1 + Math.max(this.state.epoch, venueEpoch);
    for (const record of this.state.live) expire(this.state, record);
    return { kind: 'opened', prefix: { ...IDENTITY, epoch: this.state.epoch } };
  }

  setHalt(halt: Halt): void {
    this.state.halts.set(halt.haltId, halt);
  }

  clearHalt(haltId: string): boolean {
    return this.state.halts.delete(haltId);
  }

  recordDecision(decision: DecisionRow): void {
    if (!this.decisions.has(decision.decisionId)) this.decisions.set(decision.decisionId, decision);
  }

  record(entries: readonly RecordEntry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'riskEvent') raise(this.state, entry.key, entry.code);
      if (entry.kind === 'status') this.writeStatus(entry.watchSeq, entry.status);
    }
  }

  writeStatus(watchSeq: number, status: SymbolStatus): void {
    const stored = this.status;
    const isOlder =
      stored !== undefined &&
      (status.epoch < stored.status.epoch ||
        (status.epoch === stored.status.epoch && watchSeq < stored.watchSeq));
    if (!isOlder) this.status = { watchSeq, status };
  }
}

const toRow = ({ intent, state, sentAt }: IntentRecord): IntentRow => ({
  intent,
  ref: REF,
  state,
  sentAt,
});

function updateOf({ intent, view }: IntentRecord): OpenIntents[number]['update'] {
  if (view === null) return null;
  const { status, executed, eventTime } = view;
  return { clientOrderId: intent.clientOrderId, status, executed, eventTime };
}

function orderRow(record: IntentRecord, above: number): LedgerRow[] {
  const order = updateOf(record);
  if (order === null || record.view === null || record.view.seq <= above) return [];
  return [{ seq: record.view.seq, kind: 'order', order }];
}
