/** Faults that the admin port injects into REST calls. */
import { z } from 'zod';
import type { EpochMs } from '../core/market/market.ts';

const delayMs = z.int().min(0).max(600_000);
const scope = {
  /** Method and path without the version, e.g. `POST order`; every call when absent. */
  call: z.string().max(100).optional(),
  symbol: z.string().max(40).optional(),
  /** Share of matching calls that are hit. */
  probability: z.number().min(0).max(1).default(1),
  /** Hits after which the fault is spent; unlimited when absent. */
  count: z.int().min(1).max(1_000_000).optional(),
};

/** A fault as the admin port takes it. */
export const faultInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('delayReply'), ms: delayMs, ...scope }),
  z.object({ kind: z.literal('holdInTransit'), ms: delayMs, ...scope }),
  z.object({ kind: z.literal('dropBeforeAccept'), ...scope }),
  z.object({ kind: z.literal('dropAfterAccept'), ...scope }),
]);
export type FaultInput = z.output<typeof faultInput>;

type Fault = { readonly id: number; readonly input: FaultInput; hits: number };

/** One hit, for the test that asks what happened. */
type Injection = {
  readonly faultId: number;
  readonly kind: FaultInput['kind'];
  readonly call: string;
  readonly symbol: string | undefined;
  readonly wallTime: EpochMs;
};

/** What a call has to suffer; all zero and false when nothing matches. */
export type Suffering = {
  readonly holdMs: number;
  readonly dropBefore: boolean;
  readonly dropAfter: boolean;
  readonly delayMs: number;
};

const KEPT_INJECTIONS = 10_000;

export class Faults {
  readonly #random: () => number;
  readonly #wallClock: () => EpochMs;
  #faults: Fault[] = [];
  #injected: Injection[] = [];
  #nextId = 1;

  constructor(random: () => number, wallClock: () => EpochMs) {
    this.#random = random;
    this.#wallClock = wallClock;
  }

  add(input: FaultInput): { id: number } {
    const fault = { id: this.#nextId, input, hits: 0 };
    this.#nextId += 1;
    this.#faults.push(fault);
    return { id: fault.id };
  }

  /** Active faults with their hits, and the log of injections, oldest first. */
  list(): { faults: unknown[]; injected: readonly Injection[] } {
    const faults = this.#faults.map(({ id, input, hits }) => ({ id, ...input, hits }));
    return { faults, injected: this.#injected };
  }

  /** Removes one fault, or all of them and the log. */
  clear(id: number | undefined): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id);
    if (id === undefined) this.#injected = [];
  }

  /** Decides which faults hit a call and logs them. */
  hit(call: string, symbol: string | undefined): Suffering {
    const hits = this.#faults.filter((fault) => this.#hits(fault, call, symbol));
    for (const fault of hits) this.#log(fault, call, symbol);
    const total = (kind: 'delayReply' | 'holdInTransit'): number =>
      hits.reduce((sum, { input }) => sum + (input.kind === kind ? input.ms : 0), 0);
    const has = (kind: FaultInput['kind']): boolean =>
      hits.some(({ input }) => input.kind === kind);
    return {
      holdMs: total('holdInTransit'),
      dropBefore: has('dropBeforeAccept'),
      dropAfter: has('dropAfterAccept'),
      delayMs: total('delayReply'),
    };
  }

  #hits({ input, hits }: Fault, call: string, symbol: string | undefined): boolean {
    if (input.count !== undefined && hits >= input.count) return false;
    if (input.call !== undefined && input.call !== call) return false;
    if (input.symbol !== undefined && input.symbol !== symbol) return false;
    return input.probability >= 1 || this.#random() < input.probability;
  }

  #log(fault: Fault, call: string, symbol: string | undefined): void {
    fault.hits += 1;
    const { kind } = fault.input;
    this.#injected.push({ faultId: fault.id, kind, call, symbol, wallTime: this.#wallClock() });
    if (this.#injected.length > KEPT_INJECTIONS) this.#injected.shift();
  }
}
