/** The account's side of a feed: its event stream, written down, and compared with the venue. */
import { AccountReconciler } from './account-reconciler.ts';
import { AccountRecorder } from './account-recorder.ts';
import type { ExchangeSessions } from './exchange-session.ts';
import type { FeedOptions } from './feed-options.ts';
import type { HeardOrder } from './lockstep-link.ts';
import { UserStream } from './user-stream.ts';

/** What of a symbol wants to know. */
export type AccountListener = {
  onRowsWritten(): void;
  onOrderHeard(order: HeardOrder): void;
};

const RECONCILE_INTERVAL_MS = 30_000;

export class AccountFeed {
  readonly #stream: UserStream;
  readonly #recorder: AccountRecorder;
  readonly #reconciler: AccountReconciler;

  constructor(
    options: FeedOptions,
    sessions: ExchangeSessions,
    symbols: ReadonlyMap<string, AccountListener>,
  ) {
    const onRecorded = (symbol: string): void => symbols.get(symbol)?.onRowsWritten();
    this.#recorder = new AccountRecorder({
      ...options,
      onRecorded,
      onDropped: (symbol) => void this.#reconciler.reconcile(symbol),
    });
    const standard = options.lockstep === undefined ? RECONCILE_INTERVAL_MS : 0;
    this.#reconciler = new AccountReconciler({
      ...options,
      recorder: this.#recorder,
      symbols: () => [...symbols.keys()],
      onRecorded,
      intervalMs: options.reconcileIntervalMs ?? standard,
    });
    this.#stream = new UserStream(sessions, {
      onEvent: (event) => {
        symbols.get(event.symbol)?.onOrderHeard(event.raw);
        this.#recorder.add(event);
      },
      onGap: () => void this.#reconciler.reconcileAll(),
    });
  }

  start(): void {
    this.#stream.start();
    this.#reconciler.start();
  }

  /** Resolves when the event stream is connected. */
  connected(): Promise<void> {
    return this.#stream.connected();
  }

  reconcile(symbol: string): Promise<void> {
    return this.#reconciler.reconcile(symbol);
  }

  /** Resolves when everything that the venue sent before now is in the ledger. */
  async recorded(): Promise<void> {
    await this.#stream.barrier();
    await this.#recorder.drained();
  }

  async close(): Promise<void> {
    await this.#stream.close();
    await Promise.all([this.#recorder.close(), this.#reconciler.close()]);
  }
}
