/** One long-poll of a symbol workflow, answered once. */
import type { WatchBatch, WatchCursor, WatchSpec } from '../../core/market/watch.ts';
import type { ClientOrderIdPrefix } from '../../core/orders/client-order-id.ts';
import type { SymbolRef } from '../../core/orders/order.ts';

export type WatchRequest = {
  readonly ref: SymbolRef;
  readonly prefix: ClientOrderIdPrefix;
  readonly watchSeq: number;
  readonly spec: WatchSpec;
  readonly cursor: WatchCursor;
};

export type WatchContext = {
  /** The call is no longer wanted: it is answered `handover`. */
  readonly signal?: AbortSignal;
  /** Called about twice a second while the call waits. */
  readonly heartbeat?: () => void;
};

export type WatchAnswer = Pick<WatchBatch, 'outcome' | 'events' | 'ledger' | 'quote'>;

const HEARTBEAT_MS = 500;

export class WatchCall {
  readonly request: WatchRequest;
  readonly result: Promise<WatchBatch>;
  readonly #resolve: (batch: WatchBatch) => void;
  readonly #context: WatchContext;
  readonly #idle: NodeJS.Timeout;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #onAbort: () => void;

  /** `onUnanswered`: the call has waited long enough, or is no longer wanted. */
  constructor(
    request: WatchRequest,
    context: WatchContext,
    idleMs: number,
    onUnanswered: (outcome: 'idle' | 'handover') => void,
  ) {
    const { promise, resolve } = Promise.withResolvers<WatchBatch>();
    this.request = request;
    this.result = promise;
    this.#resolve = resolve;
    this.#context = context;
    this.#idle = setTimeout(() => onUnanswered('idle'), idleMs);
    this.#heartbeat = setInterval(() => context.heartbeat?.(), HEARTBEAT_MS);
    this.#onAbort = () => onUnanswered('handover');
    if (context.signal?.aborted === true) queueMicrotask(this.#onAbort);
    else context.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The first answer counts. The cursor passes exactly what is in it. */
  answer({ outcome, events, ledger, quote }: WatchAnswer): void {
    clearTimeout(this.#idle);
    clearInterval(this.#heartbeat);
    this.#context.signal?.removeEventListener('abort', this.#onAbort);
    const { watchSeq, cursor } = this.request;
    this.#resolve({
      watchSeq,
      outcome,
      events,
      ledger,
      quote,
      cursor: {
        ledgerSeq: ledger.at(-1)?.seq ?? cursor.ledgerSeq,
        marketTime: Math.max(cursor.marketTime, events.at(-1)?.time ?? 0),
      },
    });
  }
}

export const nothing = (outcome: WatchBatch['outcome']): WatchAnswer => ({
  outcome,
  events: [],
  ledger: [],
  quote: null,
});
