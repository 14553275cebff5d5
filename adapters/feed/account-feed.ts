/** The account's side of a feed: its event stream, written down, and compared with the venue. */
import { AccountReconciler } from './account-reconciler.ts';
import { AccountRecorder } from './account-recorder.ts';
import { DeadManTimer } from './dead-man.ts';
import type { ExchangeSessions } from './exchange-session.ts';
import type { FeedOptions } from './feed-options.ts';
import { IncomeRecorder } from './income-recorder.ts';
import type { HeardOrder } from './lockstep-link.ts';
import { UserStream } from './user-stream.ts';

/** What of a symbol wants to know. */
export type AccountListener = {
  onRowsWritten(): void;
  onOrderHeard(order: HeardOrder): void;
};

const RECONCILE_INTERVAL_MS = 60_000;
/** A look costs 30 of the venue's request weight. */
const INCOME_INTERVAL_MS = 60_000;

export class AccountFeed {
  readonly #stream: UserStream;
  readonly #recorder: AccountRecorder;
  readonly #reconciler: AccountReconciler;
  readonly #incomes: IncomeRecorder;
  readonly #deadMan: DeadManTimer;

  constructor(
    options: FeedOptions,
    sessions: ExchangeSessions,
    symbols: ReadonlyMap<string, AccountListener>,
  ) {
    const onRecorded = (symbol: string): void => symbols.get(symbol)?.onRowsWritten();
    this.#recorder = new AccountRecorder({
      ...options,
      onRecorded,
      onDropped: (symbol) => this.#reconciler.owe(symbol),
    });
    const standard = options.lockstep === undefined ? RECONCILE_INTERVAL_MS : 0;
    this.#reconciler = new AccountReconciler({
      ...options,
      recorder: this.#recorder,
      symbols: () => [...symbols.keys()],
      onRecorded,
      intervalMs: options.reconcileIntervalMs ?? standard,
      random: options.random ?? (() => 0.5),
    });
    this.#deadMan = new DeadManTimer({
      ...options,
      symbols: () => [...symbols.keys()],
      timerMs: options.deadManMs ?? 0,
    });
    this.#incomes = new IncomeRecorder({
      ...options,
      intervalMs: options.lockstep === undefined ? INCOME_INTERVAL_MS : 0,
    });
    this.#stream = new UserStream(sessions, {
      onEvent: (event) => {
        symbols.get(event.symbol)?.onOrderHeard(event.raw);
        this.#recorder.add(event);
      },
      onIncome: () => this.#incomes.notice(),
      onGap: () => {
        this.#incomes.notice();
        this.#reconciler.gap();
        void this.#reconciler.catchUp();
      },
      onLost: () => this.#reconciler.lost(),
    });
  }

  start(): void {
    this.#stream.start();
    this.#reconciler.start();
    this.#deadMan.start();
    this.#incomes.start();
  }

  /** Resolves when the event stream is connected. */
  connected(): Promise<void> {
    return this.#stream.connected();
  }

  reconcile(symbol: string): Promise<void> {
    return this.#reconciler.reconcile(symbol);
  }

  /** Whether the ledger holds what the venue did to a symbol; where it does not, a look is begun. */
  isCurrent(symbol: string): boolean {
    this.#reconciler.makeCurrent(symbol);
    return this.#reconciler.isCurrent(symbol);
  }

  /** Resolves when everything that the venue sent before now is in the ledger. */
  async recorded(): Promise<void> {
    await this.#stream.barrier();
    await Promise.all([this.#recorder.drained(), this.#incomes.settled()]);
  }

  async close(): Promise<void> {
    await this.#stream.close();
    await Promise.all([
      this.#recorder.close(),
      this.#reconciler.close(),
      this.#incomes.close(),
      this.#deadMan.close(),
    ]);
  }
}
