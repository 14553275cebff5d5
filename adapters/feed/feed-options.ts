/** What a feed is made from. */
import type { EpochMs } from '../../core/market/market.ts';
import type { StrategyConfig } from '../../core/strategies/strategy-config.ts';
import type { ExchangeTransport } from '../exchange/paper-transport.ts';
import type { ExchangeGateway, HaltSymbol, IncomeBook, Journal, Ledger } from '../ports.ts';
import type { StaleSteps } from './freshness.ts';
import type { LockstepOptions } from './lockstep-link.ts';

export type FeedOptions = {
  readonly account: string;
  readonly venue: string;
  readonly transport: ExchangeTransport;
  readonly gateway: ExchangeGateway;
  readonly ledger: Ledger;
  readonly incomes: IncomeBook;
  readonly journal: Journal;
  /** Read at each watch call, so that changes reach running symbols. */
  readonly strategyConfig: (symbol: string) => StrategyConfig;
  /** Wall milliseconds of this machine. */
  readonly wallClock: () => EpochMs;
  /** The venue waits for us after each step of its market. */
  readonly lockstep?: LockstepOptions;
  /** Wall ages of prices at which staleness is said; default 30 s and 60 s, none in lockstep. */
  readonly staleAtMs?: StaleSteps;
  /** Wall time after which a watch call without news is answered; default 60 s. */
  readonly idleMs?: number;
  /** Wall time between two comparisons with the venue; default 60 s, none in lockstep. */
  readonly reconcileIntervalMs?: number;
  /** From 0 to 1, shifts the comparisons by up to a fifth; in the middle by default. */
  readonly random?: () => number;
  /** Wall age of prices that halts the symbol (P17); never in lockstep. */
  readonly staleHaltMs?: number;
  /**
   * Halts a symbol: another Tidegate trades it, its position is not the sum of our fills, or its
   * prices are too old.
   */
  readonly onHalt?: HaltSymbol;
  /** The venue's own dead-man timer, renewed while a symbol is flat; default 0: off. */
  readonly deadManMs?: number;
  /** Wall silence of an open connection after which it is replaced; default 15 s. */
  readonly silentMs?: number;
};
