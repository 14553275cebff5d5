/** What the API needs from the outside. Tests give fakes, `cli/` the real things. */
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import type { ExchangeGateway, HaltLatch } from '../adapters/ports.ts';
import type { StatusReads } from '../adapters/postgres/reads/limit-figures.ts';
import type { EpochMs } from '../core/market/market.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type {
  HaltMessage,
  LevelMessage,
  ResumeMessage,
  StopMessage,
} from '../workflows/messages.ts';

export type ApiConfig = Pick<
  TidegateConfig,
  'mode' | 'symbols' | 'flowTrading' | 'limits' | 'account'
>;

/** Temporal, as the API uses it. Methods throw when it does not answer. */
export type SymbolWorkflows = {
  startSymbol(ref: SymbolRef): Promise<'started' | 'alreadyRunning'>;
  /** Durable on return. */
  signalHalt(ref: SymbolRef, message: HaltMessage): Promise<Signalled>;
  signalResume(ref: SymbolRef, message: ResumeMessage): Promise<Signalled>;
  signalLevel(ref: SymbolRef, message: LevelMessage): Promise<Signalled>;
  signalStop(ref: SymbolRef, message: StopMessage): Promise<Signalled>;
  describe(ref: SymbolRef): Promise<'running' | 'notRunning'>;
  /** From visibility, so a second or so behind. */
  listRunning(account: string): Promise<readonly SymbolRef[]>;
  ping(): Promise<void>;
};
export type Signalled = 'signalled' | 'notRunning';

/** The part of the exchange gateway that the API may use: reading and cancelling. */
export type VenueAccess = Pick<
  ExchangeGateway,
  'openOrders' | 'openOrdersAll' | 'cancel' | 'cancelAll' | 'equity' | 'quote'
>;

export type ApiClock = {
  /** Wall time. */
  now(): EpochMs;
  sleep(ms: number): Promise<void>;
};

export type ApiDeps = {
  readonly config: ApiConfig;
  /** The venue's id, e.g. `binance-usdm`. */
  readonly venueId: string;
  /** The installation's part of client order ids; null while unknown: then all `tg…` are ours. */
  readonly instance: () => string | null;
  readonly workflows: SymbolWorkflows;
  readonly latch: HaltLatch;
  readonly reads: Omit<StatusReads, 'instance'>;
  readonly venue: VenueAccess;
  readonly clock: ApiClock;
  /** Unique each time; names a halt. */
  readonly newId: () => string;
  /** Ends what goes on after an answer: a stop that is not through, the watch over the latch. */
  readonly closing: AbortSignal;
  /** Where bugs and lost connections are written; never to a client. */
  readonly log: (message: string, error?: unknown) => void;
};
