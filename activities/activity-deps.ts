/** What the symbol activities need; the composition root brings it. */
import type { QuantityText } from '../core/money/units.ts';
import type { EpochMs, Quote } from '../core/market/market.ts';
import type { PriceMoves } from '../core/market/price-watch.ts';
import type { WatchBatch } from '../core/market/watch.ts';
import type { StrategyConfig } from '../core/strategies/strategy-config.ts';
import type { ExchangeGateway, Journal, Ledger } from '../adapters/ports.ts';
import type { HomeActivities } from '../workflows/activity-contract.ts';

type WatchRequest = Parameters<HomeActivities['watchMarket']>[0];

/** The process's own feed: long-polls, and how fresh its data is (wall clock, local receipt). */
export type FeedView = {
  watch(request: WatchRequest): Promise<WatchBatch>;
  /** Null when this process holds no feed of the symbol. */
  dataAgeMs(symbol: string): number | null;
  latestQuote(symbol: string): Quote | null;
  priceMoves(symbol: string): PriceMoves | null;
  dayVolume(symbol: string): QuantityText | null;
  /** Whether the ledger holds what the venue did to a symbol; asking begins the look that is missing. */
  isReconciled(symbol: string): boolean;
};

export type ActivityDeps = {
  readonly gateway: ExchangeGateway;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly feed: FeedView;
  /** Task queue of this process alone. */
  readonly homeQueue: string;
  readonly searchable: boolean;
  /** Per symbol, overrides applied; read at each decision, so that changes reach running symbols. */
  readonly strategyConfig: (symbol: string) => StrategyConfig;
  /** Wall time without protection after which a position is closed. */
  readonly protectionGraceMs: number;
  /** Wall time for which an outcome may stay unknown before the symbol only reduces. */
  readonly unknownGraceMs: number;
  /** Range of a minute's mids in which a symbol may add risk; null in lockstep. */
  readonly collarMovePct: number | null;
  /** The venue waits for settled watches. */
  readonly lockstep: boolean;
  readonly wallClock: () => EpochMs;
  /** Tells Temporal that a long activity lives; throws when the activity was cancelled. */
  readonly heartbeat: () => void;
  readonly sleep: (ms: number) => Promise<void>;
};
