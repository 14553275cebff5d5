/** Lockstep: the next market step waits until its predecessor is settled by everyone it concerns. */
import { z } from 'zod';
import { parseDecimal } from '../../core/money/decimal-text.ts';
import type { EpochMs, MarketStep } from '../../core/market/market.ts';
import type { MatchingEvent } from '../../core/matching/types.ts';
import type { StepQueue } from './pacer.ts';

const symbol = z.string().min(1).max(40);
export const joinInput = z.object({ symbol });
export const ackInput = z.object({
  symbol,
  /** Market time of the step that is settled. */
  time: z.int(),
  /** Every order that was touched since the last accepted ack, as last heard. */
  orders: z
    .array(
      z.object({
        clientOrderId: z.string().max(64),
        /** Binance's word or ccxt's. */
        status: z.string().max(32),
        executedQty: z.string().max(40),
      }),
    )
    .max(10_000)
    .default([]),
});
export type Ack = z.output<typeof ackInput>;

/** An order as the venue has it: what an ack must show. */
export type TouchedOrder = {
  readonly clientOrderId: string;
  readonly status: string;
  /** Absent for conditional orders: their fills are compared at the child order. */
  readonly executedQty?: string;
};

export type AckReply =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      /** Orders that the ack lacks or has differently; empty when the step itself is another. */
      readonly waitingFor: readonly TouchedOrder[];
      /** The step that waits for this symbol, if any. */
      readonly time: EpochMs | undefined;
    };

export type LockstepOptions = {
  readonly queue: StepQueue;
  readonly onStep: (step: MarketStep) => void;
  /** Joined symbols before the first step. */
  readonly expect: number;
  readonly dropOutMs: number;
  readonly wallClock: () => EpochMs;
  /** Whether anyone is connected that hears of the symbol. */
  readonly listensTo: (symbol: string) => boolean;
};

/** Steps of symbols that nobody joined pass freely, so many before the event loop gets its turn. */
const FREE_STEPS_PER_TURN = 200;

export class Lockstep {
  readonly #options: LockstepOptions;
  readonly #joined = new Set<string>();
  /** Orders touched since the last accepted ack, by symbol and client id. */
  readonly #touched = new Map<string, Map<string, TouchedOrder>>();
  #waiting: { readonly step: MarketStep; readonly since: EpochMs } | undefined;
  #started = false;
  #steps = 0;
  #scheduled: NodeJS.Immediate | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: LockstepOptions) {
    this.#options = options;
  }

  start(): void {
    const everyMs = Math.min(250, this.#options.dropOutMs);
    this.#watchdog = setInterval(() => this.#dropSilent(), everyMs);
    this.#schedule();
  }

  stop(): void {
    clearInterval(this.#watchdog);
    clearImmediate(this.#scheduled);
  }

  /** A symbol takes part from the next step on. Joining twice changes nothing. */
  join(name: string): { readonly joined: number; readonly expect: number } {
    this.#joined.add(name);
    this.#schedule();
    return { joined: this.#joined.size, expect: this.#options.expect };
  }

  leave(name: string): void {
    this.#joined.delete(name);
    this.#touched.delete(name);
    if (this.#waiting?.step.symbol === name) this.#waiting = undefined;
    this.#schedule();
  }

  /** Settles a step for its symbol, when the given orders are what the venue has. */
  ack({ symbol: name, time, orders }: Ack): AckReply {
    const waiting = this.#waiting?.step;
    if (waiting?.symbol !== name || waiting.time !== time) {
      const current = waiting?.symbol === name ? waiting.time : undefined;
      return { accepted: false, waitingFor: [], time: current };
    }
    const touched = [...(this.#touched.get(name)?.values() ?? [])];
    const waitingFor = touched.filter((order) => !orders.some((given) => agree(order, given)));
    if (waitingFor.length > 0) return { accepted: false, waitingFor, time };
    this.#touched.delete(name);
    this.#waiting = undefined;
    this.#schedule();
    return { accepted: true };
  }

  /** Remembers what happened to orders, whatever caused it. */
  observe(events: readonly MatchingEvent[]): void {
    for (const event of events) {
      if (event.type === 'orderUpdate') {
        const { symbol: name, clientOrderId, status, executedQty } = event.order;
        this.#touch(name, { clientOrderId, status, executedQty });
      }
      if (event.type === 'algoUpdate') {
        const { symbol: name, clientAlgoId, status } = event.algo;
        this.#touch(name, { clientOrderId: clientAlgoId, status });
      }
    }
  }

  state(): Record<string, unknown> {
    return {
      started: this.#started,
      expect: this.#options.expect,
      joined: [...this.#joined].toSorted(),
      steps: this.#steps,
      waiting:
        this.#waiting === undefined
          ? null
          : { symbol: this.#waiting.step.symbol, time: this.#waiting.step.time },
    };
  }

  #touch(name: string, order: TouchedOrder): void {
    const orders = this.#touched.get(name) ?? new Map<string, TouchedOrder>();
    this.#touched.set(name, orders.set(order.clientOrderId, order));
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.#advance();
    });
  }

  #advance(): void {
    for (let i = 0; i < FREE_STEPS_PER_TURN && this.#mayAdvance(); i += 1) this.#takeStep();
    if (this.#mayAdvance()) this.#schedule();
  }

  /** The market stands still before enough have joined, and when nobody is left. */
  #mayAdvance(): boolean {
    const { expect, queue } = this.#options;
    this.#started ||= this.#joined.size >= expect;
    const someone = expect === 0 || this.#joined.size > 0;
    return this.#started && someone && !this.#waiting && queue.peek() !== undefined;
  }

  #takeStep(): void {
    const { queue, onStep, wallClock } = this.#options;
    const step = queue.take();
    if (step === undefined) return;
    this.#steps += 1;
    if (this.#joined.has(step.symbol)) this.#waiting = { step, since: wallClock() };
    else this.#touched.delete(step.symbol);
    onStep(step);
  }

  /** A symbol that is awaited and hears nothing any more has dropped out. */
  #dropSilent(): void {
    if (this.#waiting === undefined) return;
    const { step, since } = this.#waiting;
    const { wallClock, dropOutMs, listensTo } = this.#options;
    if (wallClock() - since >= dropOutMs && !listensTo(step.symbol)) this.leave(step.symbol);
  }
}

const UNIFIED: Readonly<Record<string, string>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  TRIGGERING: 'open',
  TRIGGERED: 'closed',
  FINISHED: 'closed',
  FILLED: 'closed',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
  REJECTED: 'rejected',
};
const unified = (status: string): string => UNIFIED[status] ?? status;

function agree(order: TouchedOrder, given: Ack['orders'][number]): boolean {
  if (order.clientOrderId !== given.clientOrderId) return false;
  if (unified(order.status) !== unified(given.status)) return false;
  if (order.executedQty === undefined) return true;
  return parseDecimal(order.executedQty) === parseDecimal(given.executedQty);
}
