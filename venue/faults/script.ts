/** A script of faults: what is injected when, repeatable by its seed. */
import { z } from 'zod';
import { createRandom } from '../../core/market/random.ts';
import type { EpochMs } from '../../core/market/market.ts';
import { faultInput } from './fault-input.ts';
import type { Faults } from './faults.ts';
import { incidentInput } from './incidents.ts';
import type { Incidents } from './incidents.ts';

const ms = z.int().min(0).max(86_400_000_000);

const isOneOf = (value: object, names: readonly string[]): boolean =>
  names.filter((name) => (value as Record<string, unknown>)[name] !== undefined).length === 1;

/** Since the script began: by the machine's clock, by market time, or by market steps. */
const after = z
  .strictObject({
    wallMs: ms.optional(),
    marketMs: ms.optional(),
    steps: z.int().min(0).optional(),
  })
  .refine((value) => isOneOf(value, ['wallMs', 'marketMs', 'steps']), {
    error: 'one of wallMs, marketMs and steps',
  });

const entry = z
  .strictObject({
    after,
    fault: faultInput.optional(),
    /** What `clear` calls the fault. */
    name: z.string().max(100).optional(),
    action: incidentInput.optional(),
    /** Ends the faults with this name, or all of the script with `*`. */
    clear: z.string().max(100).optional(),
  })
  .refine((value) => isOneOf(value, ['fault', 'action', 'clear']), {
    error: 'one of fault, action and clear',
  });

export const faultScript = z.strictObject({
  /** For the probabilities; the same seed and the same calls give the same hits. */
  seed: z.int().default(1),
  entries: z.array(entry).max(10_000),
});
export type FaultScript = z.output<typeof faultScript>;
type Entry = FaultScript['entries'][number];

export type ScriptParts = {
  readonly faults: Faults;
  readonly incidents: Incidents;
  readonly wallClock: () => EpochMs;
  readonly marketTime: () => EpochMs;
};

export class ScriptRunner {
  readonly #parts: ScriptParts;
  /** Faults of this script, by name. */
  readonly #named = new Map<string, number[]>();
  #waiting: Entry[] = [];
  #done = 0;
  #steps = 0;
  #begun = { wall: 0, market: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ScriptParts) {
    this.#parts = parts;
  }

  /** Begins a script; one that runs is given up, its faults stand. */
  run({ seed, entries }: FaultScript): void {
    const { faults, wallClock, marketTime } = this.#parts;
    faults.seed(createRandom(seed, 'faults').uniform);
    this.#named.clear();
    this.#waiting = inOrder(entries);
    this.#done = 0;
    this.#steps = 0;
    this.#begun = { wall: wallClock(), market: marketTime() };
    this.#advance();
  }

  /** Told after every market step, when everybody has been told of it. */
  afterStep(): void {
    if (this.#waiting.length === 0) return;
    this.#steps += 1;
    this.#advance();
  }

  state(): { readonly done: number; readonly left: number } {
    return { done: this.#done, left: this.#waiting.length };
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  /** Does what is due, and sleeps until wall time has more. */
  #advance(): void {
    clearTimeout(this.#timer);
    const due = this.#waiting.filter(({ after: when }) => this.#left(when) <= 0);
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const one of due) this.#do(one);
    const sleeps = this.#waiting.flatMap(({ after: when }) =>
      when.wallMs === undefined ? [] : [this.#left(when)],
    );
    if (sleeps.length === 0) return;
    this.#timer = setTimeout(() => this.#advance(), Math.min(...sleeps, LONGEST_SLEEP_MS)).unref();
  }

  /** Milliseconds or steps until then. */
  #left({ steps, wallMs = 0, marketMs }: Entry['after']): number {
    const { wallClock, marketTime } = this.#parts;
    if (steps !== undefined) return steps - this.#steps;
    if (marketMs !== undefined) return marketMs - (marketTime() - this.#begun.market);
    return wallMs - (wallClock() - this.#begun.wall);
  }

  #do({ action, clear, fault, name = '' }: Entry): void {
    this.#done += 1;
    const { faults, incidents } = this.#parts;
    if (action !== undefined) incidents.cause(action);
    if (clear !== undefined) this.#clear(clear);
    if (fault === undefined) return;
    const { id } = faults.add(fault);
    this.#named.set(name, [...(this.#named.get(name) ?? []), id]);
    faults.note('scriptFault', { fault, ...(name === '' ? {} : { name }) });
  }

  #clear(name: string): void {
    const { faults } = this.#parts;
    const names = name === '*' ? [...this.#named.keys()] : [name];
    for (const id of names.flatMap((each) => this.#named.get(each) ?? [])) faults.clear(id);
    for (const each of names) this.#named.delete(each);
    faults.note('scriptClear', { name });
  }
}

const CLOCKS = ['steps', 'marketMs', 'wallMs'] as const;

/** By clock and time, so that what becomes due together on a slow machine keeps its order. */
const inOrder = (entries: readonly Entry[]): Entry[] =>
  CLOCKS.flatMap((clock) =>
    entries
      .filter(({ after: when }) => when[clock] !== undefined)
      .toSorted((a, b) => (a.after[clock] ?? 0) - (b.after[clock] ?? 0)),
  );

const LONGEST_SLEEP_MS = 60_000;

/** Parses a script; throws an Error that names what is wrong with it. */
export function parseFaultScript(value: unknown): FaultScript {
  const parsed = faultScript.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`the fault script is not valid:\n${z.prettifyError(parsed.error)}`);
}
