/** Ports: what activities, feed and API need from the outside. Adapters implement them. */
import type { EpochMs, InstrumentRules, Quote, Side, OrderBook } from '../core/market/market.ts';
import type { PriceMoves } from '../core/market/price-watch.ts';
import type { SymbolStatus, TradingLevel } from '../core/market/watch.ts';
import type { ClientOrderIdPrefix } from '../core/orders/client-order-id.ts';
import type { DeniedReason } from '../core/orders/denied-reason.ts';
import type {
  Fill,
  IntentState,
  LedgerRow,
  OrderIntent,
  OrderStatus,
  OrderUpdate,
  SymbolRef,
} from '../core/orders/order.ts';
import type { CancelOutcome } from '../core/orders/outcomes.ts';
import type { Income } from '../core/portfolio/income.ts';
import type { RecordEntry } from '../core/orders/records.ts';
import type { MoneyText, PriceText, QuantityText } from '../core/money/units.ts';

/** An order as the venue reports it, ordinary or conditional, ours or foreign. */
export type VenueOrder = {
  readonly clientOrderId: string | null;
  /** `orderId`, or `algoId` for a conditional order. */
  readonly venueOrderId: string;
  readonly conditional: boolean;
  readonly side: Side;
  readonly status: OrderStatus;
  readonly price: PriceText | null;
  readonly triggerPrice: PriceText | null;
  readonly quantity: QuantityText;
  readonly executed: QuantityText;
  readonly reduceOnly: boolean;
  /** The order id of the child of a triggered conditional order. */
  readonly childOrderId: string | null;
  readonly eventTime: EpochMs;
};

/** `isForeign`: its order was read and bears a client id that is not ours. */
export type VenueFill = Fill & { readonly isForeign: boolean };

export type VenuePosition = {
  readonly quantity: QuantityText;
  readonly entryPrice: PriceText | null;
  readonly markPrice: PriceText;
  readonly unrealisedProfit: MoneyText;
  readonly leverage: number;
  readonly marginMode: 'isolated' | 'cross';
};

/** The code of an order that the gateway held back, for the venue has no room: it was never sent. */
export const NOT_SENT = 'LOCAL';

/** A reply to one order of a batch. Everything not definitely refused is unknown. */
export type PlaceReply =
  | { readonly kind: 'acked'; readonly order: VenueOrder }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/** What an amend sets: the whole of both, and the side that the order has. */
export type OrderChange = {
  readonly side: Side;
  readonly quantity: QuantityText;
  readonly price: PriceText;
};

/** One venue account. Methods throw VenueUnavailable, VenueRejected or OutcomeUnknown, only. */
export type ExchangeGateway = {
  /** Rules of every tradable instrument, fees of the account included. Cached, refreshed hourly. */
  rules(symbol: string): Promise<InstrumentRules>;
  /** Venue clock now, from the measured offset; for `sent_at`. */
  venueTime(): EpochMs;
  /** Wall milliseconds by which this machine's clock is surely off the venue's, either way. */
  clockSkewMs(): number;
  /** Wall milliseconds for which the venue told us to stay away (429, 418); 0: it did not. */
  blockedMs(): number;
  /** Signed with exactly `timestamp`; one HTTP call for one intent or one batch; no retries. */
  place(symbol: string, intents: readonly OrderIntent[], timestamp: EpochMs): Promise<PlaceReply[]>;
  cancel(symbol: string, clientOrderId: string, conditional: boolean): Promise<CancelOutcome>;
  /** `amend` keeps the order and its client id. */
  readonly amendsInPlace: boolean;
  /**
   * Changes an ordinary limit order that stands, with the care of `place`: one call, signed with
   * `timestamp`. `unknown`, and an order that is not there, say nothing: the order is asked, and its
   * price and quantity tell. No gate stands before it: what adds risk is cancelled and placed anew.
   */
  amend(
    symbol: string,
    clientOrderId: string,
    change: OrderChange,
    timestamp: EpochMs,
  ): Promise<PlaceReply>;
  /**
   * The venue's own dead-man timer of a symbol: its ordinary orders are cancelled when that much
   * wall time passes without another call; 0 ends it. Orders of others on the account included, and
   * perhaps conditional ones.
   */
  setDeadMan(symbol: string, timeoutMs: number): Promise<void>;
  /** By client id among ordinary and conditional orders; undefined means "not found *now*". */
  findOrder(symbol: string, clientOrderId: string): Promise<VenueOrder | undefined>;
  /** Ordinary and conditional: two calls. */
  openOrders(symbol: string): Promise<VenueOrder[]>;
  /** Of the whole account, whatever their symbols: two calls, dear ones (40 weight each). */
  openOrdersAll(): Promise<(VenueOrder & { readonly symbol: string })[]>;
  /** The venue's own cancel of every ordinary order of a symbol, whoever placed it. */
  cancelAll(symbol: string): Promise<void>;
  /** Finished orders, ordinary and conditional, since a venue time. */
  closedOrders(symbol: string, since: EpochMs): Promise<VenueOrder[]>;
  fillsSince(symbol: string, since: EpochMs): Promise<VenueFill[]>;
  /**
   * The first page of what moved the wallet without a trade, from a market time on. `readTo`: the
   * time of the page's last row, to go on from (it may have more rows); null when there was none.
   */
  incomePage(since: EpochMs): Promise<IncomePage>;
  position(symbol: string): Promise<VenuePosition>;
  /** Wallet balance plus unrealised profit, in quote currency. */
  equity(): Promise<{ readonly wallet: MoneyText; readonly equity: MoneyText }>;
  /** One-way, isolated, leverage set and read back; throws when the venue says otherwise. */
  prepareSymbol(symbol: string, leverage: number): Promise<void>;
  quote(symbol: string): Promise<Quote>;
  /** The best hundred levels of each side. */
  book(symbol: string): Promise<OrderBook>;
  close(): Promise<void>;
};

export type IncomePage = {
  readonly incomes: readonly Income[];
  readonly readTo: EpochMs | null;
  readonly isLast: boolean;
};

/** What moved the account's money without a trade. */
export type IncomeBook = {
  /** Idempotent; resolves to how many were new. */
  record(account: string, venue: string, incomes: readonly Income[]): Promise<number>;
  /** Market time of the newest one; null without any. */
  newestTime(account: string, venue: string): Promise<EpochMs | null>;
};

/**
 * A request that places an order is refused by the venue when it arrives later than this after it
 * was signed. Shorter than what the venues recommend at most (5 s): a stop waits for it when a
 * sender died, and nothing is known to be absent before.
 */
export const RECV_WINDOW_MS = 3_000;
export const INTENT_TTL_MS = 2_000;

export type IntentRow = {
  readonly intent: OrderIntent;
  readonly ref: SymbolRef;
  readonly state: IntentState;
  readonly sentAt: EpochMs | null;
};

/** The only way into orders, fills and positions. Every write is one transaction. */
export type Ledger = {
  /**
   * The gate: locks the account row, runs every control, reserves, inserts PREPARED or DENIED.
   * `isBusy`: only the rate of messages stands against it and the request may wait; nothing was
   * written, and it may be asked again.
   */
  prepareIntents(request: PrepareRequest): Promise<Prepared>;
  /** Counts cancels for the rate of messages. */
  noteCancels(ref: SymbolRef, clientOrderIds: readonly string[]): Promise<void>;
  /**
   * The last check before orders that only reduce are changed, under the shared latch; counts them
   * for the rate of messages. False: LOCKOUT, which alone stops what only reduces.
   */
  beginAmending(ref: SymbolRef, clientOrderIds: readonly string[]): Promise<boolean>;
  /**
   * Latch row FOR SHARE, time-sensitive rules again, then PREPARED -> SENDING by compare-and-set
   * with `sent_at` in venue time. Rows that lost or were refused are named with the reason;
   * `alreadySending` rows must be resolved, never sent.
   */
  beginSending(request: {
    ref: SymbolRef;
    clientOrderIds: readonly string[];
    sentAt: EpochMs;
    dataAgeMs: number | null;
    quote: Quote | null;
    priceMoves: PriceMoves | null;
    clockSkewMs: number;
    isReconciled: boolean;
  }): Promise<{
    send: readonly OrderIntent[];
    refused: readonly { clientOrderId: string; reason: DeniedReason }[];
    alreadySending: readonly string[];
  }>;
  /** SENDING/UNKNOWN -> ACKED, REJECTED, UNKNOWN, ABSENT; ABSENT -> ACKED on late evidence. */
  recordOutcome(
    ref: SymbolRef,
    clientOrderId: string,
    outcome:
      | { kind: 'acked'; order: VenueOrder }
      | { kind: 'rejected'; code: string; message: string }
      | { kind: 'unknown'; message: string }
      | { kind: 'absent' },
  ): Promise<void>;
  /** Idempotent; the caller may be watch, resolve or reconcile. True when the row is new. */
  recordFill(ref: SymbolRef, fill: Fill): Promise<boolean>;
  /** Only forward; links a child to its conditional parent whichever event comes first. */
  recordOrder(ref: SymbolRef, order: VenueOrder): Promise<void>;
  /** Halts the account where too many requests have been of unknown outcome for too long (P25). */
  haltOnUnknown(ref: SymbolRef): Promise<void>;
  /** Sets a PREPARED row EXPIRED by compare-and-set; true when it was. */
  expirePrepared(ref: SymbolRef, clientOrderId: string): Promise<boolean>;
  rowsAbove(ref: SymbolRef, seq: number, limit: number): Promise<readonly LedgerRow[]>;
  /** Calls back (LISTEN/NOTIFY) when rows of the symbol may have been written. */
  subscribe(ref: SymbolRef, onRows: () => void): Promise<() => Promise<void>>;
  intent(clientOrderId: string): Promise<IntentRow | undefined>;
  /** Ours that are not known to be terminal: SENDING, UNKNOWN, or ACKED with a live order. */
  openIntents(ref: SymbolRef): Promise<readonly (IntentRow & { update: OrderUpdate | null })[]>;
  position(ref: SymbolRef): Promise<{
    quantity: QuantityText;
    entryPrice: PriceText | null;
    realisedProfit: MoneyText;
    lastSeq: number;
    lastFillTime: EpochMs | null;
  }>;
  /** 1 + max(stored, `venueEpoch`); refuses a code that another symbol of the account holds. */
  openEpoch(
    ref: SymbolRef,
    venueEpoch: number,
    workflowId: string,
  ): Promise<{ kind: 'opened'; prefix: ClientOrderIdPrefix } | { kind: 'refused'; reason: string }>;
  /** The instance of the installation and the code of the symbol. */
  identity(ref: SymbolRef): Promise<{ instance: string; symbolCode: string }>;
};

export type Prepared = {
  readonly approved: readonly string[];
  readonly denied: readonly { readonly clientOrderId: string; readonly reason: DeniedReason }[];
  readonly isBusy: boolean;
};

export type PrepareRequest = {
  readonly ref: SymbolRef;
  readonly epoch: number;
  readonly level: TradingLevel;
  readonly quote: Quote;
  readonly intents: readonly OrderIntent[];
  readonly rules: InstrumentRules;
  readonly equity: MoneyText;
  readonly dataAgeMs: number | null;
  readonly priceMoves: PriceMoves | null;
  readonly clockSkewMs: number;
  readonly isReconciled: boolean;
  /** Of the last 24 hours (market time), base units; null where this process holds no feed. */
  readonly dayVolume: QuantityText | null;
  /** Null when no order takes from it. */
  readonly book: OrderBook | null;
  /** Whether `isBusy` may be answered instead of a denial for the rate of messages. */
  readonly mayWait: boolean;
};

/** Decisions, switches, risk events, status. */
export type Journal = {
  recordDecision(ref: SymbolRef, decision: DecisionRow): Promise<void>;
  record(ref: SymbolRef, entries: readonly RecordEntry[]): Promise<void>;
  /** Only if (epoch, watchSeq) is not older than the stored one. */
  writeStatus(ref: SymbolRef, watchSeq: number, status: SymbolStatus): Promise<void>;
};

export type DecisionRow = {
  readonly decisionId: string;
  readonly epoch: number;
  readonly trigger: string;
  readonly strategy: string;
  readonly regime: string;
  readonly code: string;
  readonly reason: string;
  /** Inputs and figures, as JSON. */
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly eventTime: EpochMs;
};

/** The halt latch: Postgres, host file and memory; unreadable means set. */
export type HaltLatch = {
  read(account: string): Promise<HaltState>;
  set(halt: {
    account: string;
    haltId: string;
    level: TradingLevel;
    reason: string;
    by: string;
    symbols: readonly string[] | null;
  }): Promise<{ latched: boolean }>;
  /** A clear names the halt that it clears. */
  clear(request: { account: string; haltId: string; reason: string; by: string }): Promise<boolean>;
};

/** Sets a HALT over one symbol unless one stands; a person ends it. */
export type HaltSymbol = (
  ref: SymbolRef,
  cause: { readonly reason: string; readonly by: string },
) => Promise<void>;

export type HaltState =
  | { readonly kind: 'clear' }
  | {
      readonly kind: 'set';
      readonly haltId: string;
      readonly level: TradingLevel;
      readonly reason: string;
      readonly by: string;
      readonly since: string;
    }
  | { readonly kind: 'unreadable'; readonly message: string };
