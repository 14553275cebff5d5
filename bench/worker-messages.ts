/** What a worker process of the bench is told and says. All times are wall milliseconds. */
import type { TidegateConfig } from '../adapters/config/load-config.ts';

export type WorkerSetup = {
  readonly config: TidegateConfig;
  /** Bundle of the bare workflow; without it none is served. */
  readonly bareBundle: string | null;
  /** The venue's request limits are not what is measured: reads wait for no budget. */
  readonly liftReadBudget: boolean;
};

/** One call of a port, with whatever names what it was for. */
export type PortCall = {
  readonly kind: 'port';
  readonly name:
    | 'rules'
    | 'equity'
    | 'venueTime'
    | 'place'
    | 'recordDecision'
    | 'prepareIntents'
    | 'beginSending';
  readonly begunAt: number;
  readonly endedAt: number;
  readonly decisionId: string | null;
  /** Market time of the event behind a decision. */
  readonly eventTime: number | null;
  readonly planIds: readonly string[];
  readonly clientOrderIds: readonly string[];
};

export type WorkerMessage =
  | { readonly kind: 'ready' }
  /** A long-poll came in: what the workflow waits for now. */
  | {
      readonly kind: 'watching';
      readonly symbol: string;
      readonly state: string;
      readonly awaitsEntry: boolean;
      readonly deadlines: readonly string[];
    }
  /** A long-poll was answered with something. */
  | {
      readonly kind: 'returned';
      readonly at: number;
      readonly events: readonly {
        readonly kind: string;
        /** Market time. */
        readonly time: number;
        /** When the tick that made it was handed to the feed; null when that is too long ago. */
        readonly tickAt: number | null;
      }[];
    }
  | PortCall
  /** Request weight of the reads so far; said when the budget is lifted. */
  | { readonly kind: 'readWeight'; readonly weight: number }
  /** The third activity of the bare workflow runs. */
  | { readonly kind: 'bare'; readonly chain: number; readonly at: number };
