/**
 * Decides when ledger and venue are compared: after a connection, every minute, and where something
 * was missed: events can be lost. It knows which symbols have been compared since.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { SymbolRef } from '../../core/orders/order.ts';
import { VenueUnavailable } from '../exchange/errors.ts';
import type { HaltSymbol, Journal } from '../ports.ts';
import { AccountComparison } from './account-comparison.ts';
import type { ComparisonParts, Positions } from './account-comparison.ts';
import { backOff } from './back-off.ts';

export type AccountReconcilerParts = ComparisonParts & {
  readonly account: string;
  readonly venue: string;
  readonly journal: Pick<Journal, 'record'>;
  readonly symbols: () => readonly string[];
  readonly onRecorded: (symbol: string) => void;
  /** Wall milliseconds between two rounds, give or take a fifth; 0: only when asked. */
  readonly intervalMs: number;
  /** From 0 to 1: so that several processes do not ask at the same moment. */
  readonly random: () => number;
  /** The position is not the sum of our fills, and nothing explains it: the symbol has to stop. */
  readonly onHalt?: HaltSymbol;
};

/** Wall time until a position that differs is looked at once more. */
const CONFIRM_AFTER_MS = 5_000;
/** Share of the interval by which a round may come sooner or later. */
const JITTER = 0.2;

type Round = 'whole' | 'cutOff' | 'failed';

export class AccountReconciler {
  readonly #parts: AccountReconcilerParts;
  readonly #comparison: AccountComparison;
  readonly #running = new Map<string, Promise<Round>>();
  /** Symbols that are asked again until they are whole; true: since the last look more was missed. */
  readonly #owed = new Map<string, boolean>();
  /** Positions that differed at the last look: the figures of both sides. */
  readonly #suspected = new Map<string, string>();
  /** Counts the times at which events may have been lost. */
  #gaps = 0;
  #isConnected = false;
  /** How many gaps there were when the last look at a symbol began that found both sides equal. */
  readonly #agreedAfter = new Map<string, number>();
  readonly #closed = new AbortController();
  #round: Promise<void> | undefined;
  #cutOffAt: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: AccountReconcilerParts) {
    this.#parts = parts;
    this.#comparison = new AccountComparison(parts);
  }

  start(): void {
    const { intervalMs, random } = this.#parts;
    if (intervalMs === 0 || this.#closed.signal.aborted) return;
    const waitMs = intervalMs * (1 + JITTER * (2 * random() - 1));
    // The next wait begins when the round is over: one that a reconnect began is shared, not doubled.
    this.#timer = setTimeout(() => void this.reconcileAll().then(() => this.start()), waitMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    await this.#round;
    await Promise.all(this.#running.values());
  }

  /** Symbol after symbol, so that it never uses up the venue's limits. */
  reconcileAll(): Promise<void> {
    this.#round ??= this.#runRound().finally(() => (this.#round = undefined));
    return this.#round;
  }

  /** The account's events no longer arrive. */
  lost(): void {
    this.#isConnected = false;
  }

  /** They arrive from now on, or one could not be read: those before may be lost. */
  gap(): void {
    this.#gaps += 1;
    this.#isConnected = true;
  }

  /** Every symbol, until a look that began after the last gap has agreed. */
  async catchUp(): Promise<void> {
    await this.reconcileAll();
    for (const symbol of this.#parts.symbols()) this.makeCurrent(symbol);
  }

  /**
   * Whether the ledger holds what the venue did: the events arrive, nothing of the symbol is owed,
   * and a look that began after the last gap found both sides equal.
   */
  isCurrent(symbol: string): boolean {
    const hasAgreed = this.#agreedAfter.get(symbol) === this.#gaps;
    return this.#isConnected && hasAgreed && !this.#owed.has(symbol);
  }

  /** Begins the look that is missing. Without a connection it would not help; the next one brings it. */
  makeCurrent(symbol: string): void {
    if (this.isCurrent(symbol) || !this.#isConnected || this.#owed.has(symbol)) return;
    this.owe(symbol);
  }

  /** A failure is left to the next round. */
  async reconcile(symbol: string): Promise<void> {
    await this.#reconcile(symbol);
  }

  /**
   * Something was missed that nobody will say again: the symbol is compared until that has worked,
   * however long the ledger or the venue is away.
   */
  owe(symbol: string): void {
    const isRunning = this.#owed.has(symbol);
    this.#owed.set(symbol, true);
    if (!isRunning) void this.#untilWhole(symbol);
  }

  async #untilWhole(symbol: string): Promise<void> {
    const { signal } = this.#closed;
    // A look that has begun may have passed what was missed.
    await this.#running.get(symbol);
    for (let attempt = 0; this.#owed.get(symbol) === true && !signal.aborted; attempt += 1) {
      this.#owed.set(symbol, false);
      if ((await this.#reconcile(symbol)) === 'whole') continue;
      this.#owed.set(symbol, true);
      await backOff(attempt, signal);
    }
    this.#owed.delete(symbol);
  }

  #reconcile(symbol: string): Promise<Round> {
    const known = this.#running.get(symbol);
    if (known !== undefined) return known;
    const run = this.#compare(symbol)
      .then((): Round => 'whole')
      .catch((error: unknown) => (error instanceof VenueUnavailable ? 'cutOff' : 'failed'))
      .finally(() => this.#running.delete(symbol));
    this.#running.set(symbol, run);
    return run;
  }

  /**
   * A venue that does not answer, or that we have asked enough this minute, is left alone until the
   * next round, which goes on where this one ended.
   */
  async #runRound(): Promise<void> {
    const symbols = this.#parts.symbols();
    const first = Math.max(0, symbols.indexOf(this.#cutOffAt ?? ''));
    this.#cutOffAt = undefined;
    for (const symbol of [...symbols.slice(first), ...symbols.slice(0, first)]) {
      if (this.#closed.signal.aborted) return;
      const round = await this.#reconcile(symbol);
      if (round === 'failed') this.owe(symbol);
      if (round !== 'cutOff') continue;
      this.#cutOffAt = symbol;
      return;
    }
  }

  async #compare(symbol: string): Promise<void> {
    const { account, venue, onRecorded } = this.#parts;
    const ref = { account, venue, symbol };
    const gaps = this.#gaps;
    const mismatch = await this.#comparison.run(ref);
    if (mismatch === undefined) {
      this.#suspected.delete(symbol);
      this.#agreedAfter.set(symbol, gaps);
    } else {
      this.#agreedAfter.delete(symbol);
      await this.#reportPosition(ref, mismatch);
    }
    onRecorded(symbol);
  }

  /** The symbol is stopped when a look of its own, some time later, finds the very same. */
  async #reportPosition(ref: SymbolRef, { venue, ledger }: Positions): Promise<void> {
    const { gateway, journal, onHalt } = this.#parts;
    const { symbol } = ref;
    const key = `position-mismatch:${venue}:${ledger}`;
    const { time: eventTime } = await gateway.quote(symbol);
    const code = 'POSITION_MISMATCH';
    const detail = { venue, ledger };
    await journal.record(ref, [
      { kind: 'riskEvent', key, code, severity: 'critical', detail, eventTime },
    ]);
    if (this.#suspected.get(symbol) !== key) {
      this.#suspected.set(symbol, key);
      this.#lookAgainSoon(symbol);
      return;
    }
    // Something was dropped during this look: the one that is owed for it decides.
    if (this.#owed.get(symbol) === true) return;
    const reason = `the venue holds ${venue}, our fills make ${ledger}`;
    await onHalt?.(ref, { reason, by: 'worker' });
  }

  #lookAgainSoon(symbol: string): void {
    if (this.#parts.intervalMs === 0) return;
    const { signal } = this.#closed;
    void delay(CONFIRM_AFTER_MS, undefined, { signal, ref: false })
      .then(() => this.reconcile(symbol))
      .catch(() => undefined);
  }
}
