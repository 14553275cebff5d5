/** What a venue process of the bench is told and says. */
import type { PaperKeys } from '../cli/paper-keys.ts';

export type VenueSetup = {
  readonly journalPath: string;
  readonly keys: PaperKeys;
  /** Opening balance, USDT. */
  readonly balance: string;
  readonly market:
    | {
        readonly kind: 'cloned';
        readonly symbols: number;
        readonly seed: number;
        readonly startTime: number;
        readonly stepMs: number;
        readonly historyDays: number;
        /** Market seconds per wall second. */
        readonly speed: number;
      }
    | HeldMarketSetup;
};

/** A market that makes a step only when it is told to. */
export type HeldMarketSetup = {
  readonly kind: 'held';
  readonly symbol: string;
  readonly startTime: number;
};

/** Where the held market goes: to a second of the running minute, or of the next one. */
export type VenueCommand = {
  readonly id: number;
  readonly kind: 'nextMinute' | 'sameMinute';
  /** Market milliseconds into that minute. */
  readonly intoMinuteMs: number;
};

export type VenueMessage =
  | {
      readonly kind: 'ready';
      readonly restUrl: string;
      readonly wsUrl: string;
      readonly wsApiUrl: string;
      readonly adminUrl: string;
      readonly adminToken: string;
      /** From the first line of the process's own code until it answered. */
      readonly startMs: number;
    }
  | { readonly kind: 'advanced'; readonly id: number };
