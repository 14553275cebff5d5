/** The faults that are active, what each of them hits, and the log of every hit. */
import type { EpochMs } from '../../core/market/market.ts';
import type { FaultInput, FaultKind, FaultOf } from './fault-input.ts';
import { isAbout, NO_SUFFERING, suffer } from './suffering.ts';
import type { Asked, Suffering } from './suffering.ts';

type Fault = { readonly id: number; readonly input: FaultInput; hits: number };

/** What was hit; the fields that the fault's kind knows. */
type Place = {
  readonly call?: string;
  readonly symbol?: string | undefined;
  /** Of a call that may be on several. */
  readonly symbols?: readonly string[];
  readonly account?: string;
  readonly event?: string;
  readonly status?: string | undefined;
  readonly stream?: string;
};

/** One hit, or one thing that the admin port made happen (`faultId` 0). */
export type Injection = Place & {
  readonly faultId: number;
  readonly kind: string;
  readonly wallTime: EpochMs;
  readonly marketTime: EpochMs;
  readonly [detail: string]: unknown;
};

/** What a user event has to suffer. */
export type EventTrouble = {
  readonly drop: boolean;
  readonly copies: number;
  readonly lateMs: number;
  /** Longest wait for the event that overtakes this one; undefined when none shall. */
  readonly reorderMs: number | undefined;
};

const KEPT_INJECTIONS = 10_000;

export type FaultClocks = { readonly wall: () => EpochMs; readonly market: () => EpochMs };

export class Faults {
  readonly #clocks: FaultClocks;
  readonly #changed: (() => void)[] = [];
  readonly #listeners: ((injection: Injection) => void)[] = [];
  #random: () => number;
  #faults: Fault[] = [];
  #injected: Injection[] = [];
  /** Injections since the venue started. */
  #count = 0;
  #nextId = 1;

  constructor(random: () => number, clocks: FaultClocks) {
    this.#random = random;
    this.#clocks = clocks;
  }

  /** What probabilities are drawn from, from now on. */
  seed(random: () => number): void {
    this.#random = random;
  }

  add(input: FaultInput): { id: number } {
    const fault = { id: this.#nextId, input, hits: 0 };
    this.#nextId += 1;
    this.#faults.push(fault);
    this.#tellChanged();
    return { id: fault.id };
  }

  /** Active faults with their hits, and the log of injections, oldest first. */
  list(): { faults: unknown[]; injected: readonly Injection[] } {
    const faults = this.#faults.map(({ id, input, hits }) => ({ id, ...input, hits }));
    return { faults, injected: this.#injected };
  }

  /** The log from after so many injections on; `next` is what to ask for after them. */
  injectedAfter(count: number): { injected: readonly Injection[]; next: number } {
    const fresh = Math.max(0, this.#count - count);
    return { injected: fresh === 0 ? [] : this.#injected.slice(-fresh), next: this.#count };
  }

  /** Removes one fault, or all of them and the log. */
  clear(id: number | undefined): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id);
    if (id === undefined) this.#injected = [];
    this.#tellChanged();
  }

  /** Hears of every fault that comes or goes. */
  onChange(listener: () => void): void {
    this.#changed.push(listener);
  }

  /** Hears of every injection. */
  onInjected(listener: (injection: Injection) => void): void {
    this.#listeners.push(listener);
  }

  /** Notes something that was made to happen. */
  note(kind: string, detail: Readonly<Record<string, unknown>>): void {
    this.#log(0, kind, detail);
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  has(kind: FaultKind): boolean {
    return this.#faults.some(({ input }) => input.kind === kind);
  }

  /** Decides what a call suffers, and logs it. */
  hitCall(asked: Asked): Suffering {
    if (this.isEmpty) return NO_SUFFERING;
    const { call, symbols } = asked;
    return this.#take({ call, symbols }, (input) => isAbout(input, asked)).reduce(
      suffer,
      NO_SUFFERING,
    );
  }

  hitEvent(place: Place): EventTrouble | undefined {
    if (this.isEmpty) return undefined;
    const hits = this.#take(place, (input) => EVENT_KINDS.has(input.kind));
    if (hits.length === 0) return undefined;
    const of = <K extends FaultKind>(kind: K): FaultOf<K>[] =>
      hits.filter((input): input is FaultOf<K> => input.kind === kind);
    return {
      drop: of('dropEvent').length > 0,
      copies: of('duplicateEvent').reduce((sum, { copies }) => sum + copies, 0),
      lateMs: of('lateEvent').reduce((sum, { ms }) => sum + ms, 0),
      reorderMs: of('reorderEvents')[0]?.ms,
    };
  }

  /** Whether a public frame is lost. */
  losesFrame(stream: string, symbol: string): boolean {
    if (this.isEmpty) return false;
    return this.#take({ stream, symbol }, ({ kind }) => kind === 'dropFrame').length > 0;
  }

  /** What becomes of a socket that listens to a stream. */
  hitSocket(stream: string, symbol: string | undefined): 'silent' | 'frozen' | undefined {
    if (this.isEmpty) return undefined;
    const hits = this.#take({ stream, symbol }, ({ kind }) => SOCKET_KINDS.has(kind));
    if (hits.some(({ kind }) => kind === 'frozenSocket')) return 'frozen';
    return hits.length > 0 ? 'silent' : undefined;
  }

  /** What a write to the journal suffers. */
  hitDisk(): { readonly slowMs: number; readonly isFull: boolean } {
    const hits = this.isEmpty ? [] : this.#take({}, ({ kind }) => DISK_KINDS.has(kind));
    return {
      slowMs: hits.reduce((sum, input) => sum + (input.kind === 'slowDisk' ? input.ms : 0), 0),
      isFull: hits.some(({ kind }) => kind === 'fullDisk'),
    };
  }

  /** The faults that a wanted kind, scope, count and chance let hit; each hit is logged. */
  #take(place: Place, wanted: (input: FaultInput) => boolean): FaultInput[] {
    const hits = this.#faults.filter(
      (fault) =>
        wanted(fault.input) && hasHitsLeft(fault) && isAt(fault.input, place) && this.#draws(fault),
    );
    for (const fault of hits) {
      fault.hits += 1;
      this.#log(fault.id, fault.input.kind, logged(fault.input, place));
    }
    return hits.map(({ input }) => input);
  }

  #draws({ input }: Fault): boolean {
    if (!('probability' in input) || input.probability >= 1) return true;
    return this.#random() < input.probability;
  }

  #log(faultId: number, kind: string, detail: Readonly<Record<string, unknown>>): void {
    const { wall, market } = this.#clocks;
    const injection = { faultId, kind, ...detail, wallTime: wall(), marketTime: market() };
    this.#count += 1;
    this.#injected.push(injection);
    if (this.#injected.length > KEPT_INJECTIONS) this.#injected.shift();
    for (const listener of this.#listeners) listener(injection);
  }

  #tellChanged(): void {
    for (const listener of this.#changed) listener();
  }
}

const EVENT_KINDS: ReadonlySet<FaultKind> = new Set([
  'duplicateEvent',
  'lateEvent',
  'dropEvent',
  'reorderEvents',
]);
const SOCKET_KINDS: ReadonlySet<FaultKind> = new Set(['silentSocket', 'frozenSocket']);
const DISK_KINDS: ReadonlySet<FaultKind> = new Set(['slowDisk', 'fullDisk']);

const hasHitsLeft = ({ input, hits }: Fault): boolean =>
  !('count' in input) || input.count === undefined || hits < input.count;

/** Whether every scope that the fault names is that of the place. */
function isAt(input: FaultInput, place: Place): boolean {
  return (
    isOnSymbol(input, place) &&
    agrees(input, 'call', place.call) &&
    agrees(input, 'account', place.account) &&
    agrees(input, 'event', place.event) &&
    agrees(input, 'status', place.status) &&
    (!('stream' in input) || input.stream === undefined || isStream(input.stream, place.stream))
  );
}

const symbolOf = (input: FaultInput): string | undefined =>
  'symbol' in input ? input.symbol : undefined;

function isOnSymbol(input: FaultInput, { symbol, symbols = [] }: Place): boolean {
  const wanted = symbolOf(input);
  return wanted === undefined || wanted === symbol || symbols.includes(wanted);
}

/** The place with the symbol that was hit; all of them where the fault names none. */
function logged(input: FaultInput, { symbols, ...place }: Place): Place {
  if (symbols === undefined) return place;
  return { ...place, symbol: symbolOf(input) ?? (symbols.join(',') || undefined) };
}

function agrees(input: FaultInput, field: keyof Place, at: string | undefined): boolean {
  const wanted = (input as Readonly<Record<string, unknown>>)[field];
  return wanted === undefined || wanted === at;
}

const isStream = (wanted: string, stream: string | undefined): boolean =>
  stream === wanted || (wanted.startsWith('@') && stream?.endsWith(wanted) === true);
