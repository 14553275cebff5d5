/** Puts the calls of a worker and the venue's journal together: where the time of a decision went. */
import { readFileSync } from 'node:fs';
import type { PortCall, WorkerMessage } from '../worker-messages.ts';

/** Wall milliseconds of one decision that led to orders, from the tick that triggered it. */
export type DecisionSample = {
  readonly decisionId: string;
  readonly begunAt: number;
  /** Until the venue accepted the first order: the protective stop. */
  readonly toFirstOrder: number;
  /** Until it accepted the entry; null when none came. */
  readonly toEntry: number | null;
  readonly stages: Readonly<Record<Stage, number>>;
};

export const STAGES = [
  'watch returns',
  'to evaluateSignal',
  'evaluateSignal',
  'of it: equity from the venue',
  'to checkRisk',
  'checkRisk',
  'of it: equity from the venue ',
  'to submitOrders',
  'beginSending',
  'submit to accept',
] as const;
export type Stage = (typeof STAGES)[number];

/** What the watcher says when a decision is due. */
const DECIDED_ON = new Set(['entryTriggered', 'barClosed']);
const SCALP_PLAN = /^s\d+-\d+$/;

export class DecisionTrace {
  readonly #returned = new Map<number, { readonly at: number; readonly tickAt: number }>();
  readonly #calls: PortCall[] = [];

  note(message: WorkerMessage): void {
    if (message.kind === 'port') this.#calls.push(message);
    if (message.kind !== 'returned') return;
    for (const { kind, time, tickAt } of message.events) {
      if (!DECIDED_ON.has(kind) || tickAt === null) continue;
      this.#returned.set(time, { at: message.at, tickAt });
    }
  }

  /** Decisions so far that led to an order. */
  get decided(): number {
    return this.#plans().size;
  }

  /** Every decision whose first order was accepted. */
  samples(journalPath: string): readonly DecisionSample[] {
    const accepted = readAccepted(journalPath);
    const decisions = this.#calls.filter((call) => call.name === 'recordDecision');
    const plans = this.#plans();
    return decisions
      .filter(({ decisionId }) => plans.has(planOf(decisionId ?? '')))
      .flatMap((decision) => this.#sample(decision, accepted) ?? []);
  }

  /** Scalp plans that orders were asked for. */
  #plans(): ReadonlySet<string> {
    const checks = this.#calls.filter((call) => call.name === 'prepareIntents');
    return new Set(checks.flatMap((call) => call.planIds).filter((id) => SCALP_PLAN.test(id)));
  }

  #sample(decision: PortCall, accepted: ReadonlyMap<string, number>): DecisionSample | undefined {
    const trigger = this.#returned.get(decision.eventTime ?? 0);
    const planId = planOf(decision.decisionId ?? '');
    const [stop, entry] = this.#calls.filter(
      (call) => call.name === 'prepareIntents' && call.planIds.includes(planId),
    );
    if (trigger === undefined || stop === undefined) return undefined;
    const acceptedAt = firstOf(stop, accepted);
    const begin = this.#callOf('beginSending', stop);
    const place = this.#callOf('place', stop);
    if (acceptedAt === undefined || begin === undefined || place === undefined) return undefined;
    const entryAt = entry === undefined ? undefined : firstOf(entry, accepted);
    const evaluating = this.#readsBefore(decision);
    const checking = this.#readsBefore(stop);
    const submitting = this.#latest('venueTime', begin.begunAt);
    return {
      decisionId: decision.decisionId ?? '',
      begunAt: trigger.tickAt,
      toFirstOrder: acceptedAt - trigger.tickAt,
      toEntry: entryAt === undefined ? null : entryAt - trigger.tickAt,
      stages: {
        'watch returns': trigger.at - trigger.tickAt,
        'to evaluateSignal': evaluating.begunAt - trigger.at,
        evaluateSignal: decision.endedAt - evaluating.begunAt,
        'of it: equity from the venue': evaluating.equityMs,
        'to checkRisk': checking.begunAt - decision.endedAt,
        checkRisk: stop.endedAt - checking.begunAt,
        'of it: equity from the venue ': checking.equityMs,
        'to submitOrders': submitting - stop.endedAt,
        beginSending: begin.endedAt - submitting,
        'submit to accept': acceptedAt - begin.endedAt,
      },
    };
  }

  #callOf(name: PortCall['name'], { clientOrderIds }: PortCall): PortCall | undefined {
    const [id] = clientOrderIds;
    return this.#calls.find((call) => call.name === name && call.clientOrderIds.includes(id ?? ''));
  }

  /** An activity begins with reading rules and equity: where that began, how long equity took. */
  #readsBefore(call: PortCall): { readonly begunAt: number; readonly equityMs: number } {
    const begunAt = this.#latest('rules', call.begunAt);
    const equity = this.#calls.findLast(
      (other) => other.name === 'equity' && other.begunAt <= call.begunAt,
    );
    return { begunAt, equityMs: equity === undefined ? 0 : equity.endedAt - equity.begunAt };
  }

  #latest(name: PortCall['name'], before: number): number {
    const found = this.#calls.findLast((call) => call.name === name && call.begunAt <= before);
    return found?.begunAt ?? before;
  }
}

/** `BTCUSDT-2-17` decides the plan `s2-17`. */
const planOf = (decisionId: string): string => {
  const [, epoch, seq] = decisionId.split('-');
  return `s${epoch}-${seq}`;
};

function firstOf(
  { clientOrderIds }: PortCall,
  accepted: ReadonlyMap<string, number>,
): number | undefined {
  const times = clientOrderIds.flatMap((id) => accepted.get(id) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

type JournalLine = {
  readonly kind: string;
  readonly wallTime: number;
  readonly order?: { readonly clientOrderId: string };
  readonly conditional?: { readonly clientAlgoId: string };
};

/** Wall time of acceptance by client id. The journal rounds down: half a millisecond is added. */
function readAccepted(path: string): ReadonlyMap<string, number> {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const accepted = new Map<string, number>();
  for (const line of lines) {
    const { kind, wallTime, order, conditional } = JSON.parse(line) as JournalLine;
    if (kind !== 'orderAccepted' && kind !== 'conditionalAccepted') continue;
    const id = order?.clientOrderId ?? conditional?.clientAlgoId;
    if (id !== undefined && !accepted.has(id)) accepted.set(id, wallTime + 0.5);
  }
  return accepted;
}
