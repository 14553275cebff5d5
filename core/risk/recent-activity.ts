/** What an account and a symbol did lately, as the gate needs it. Read from rows, never remembered. */
import type { Money, Price, Quantity } from '../money/units.ts';
import type { Side } from '../market/market.ts';

export type RecentActivity = {
  /** Orders sent, amended and cancelled in the last 60 s (wall). */
  readonly messagesPerMinute: { readonly symbol: number; readonly account: number };
  /** The same in the last 10 s. */
  readonly messagesPerTenSeconds: { readonly symbol: number; readonly account: number };
  /** Orders sent in this market day (UTC), and whether it is the first that the gate sees. */
  readonly ordersToday: number;
  readonly isFirstDay: boolean;
  /** Median size of the last fifty that a strategy sent to add risk; null below ten of them. */
  readonly medianQuantity: Readonly<Record<string, Quantity | null>>;
  /** Fills of one side and size, the commonest, in the last minute and ten minutes (market time). */
  readonly repeatedFills: { readonly perMinute: number; readonly perTenMinutes: number };
  /** Stops that traded in the last two hours, and how long ago the last did (market time, ms). */
  readonly stops: { readonly count: number; readonly lastAgoMs: number | null };
  /** Refused by the venue: at worst in any minute of the last five, of the symbol; all of the account's. */
  readonly rejects: { readonly symbolMinute: number; readonly accountFiveMinutes: number };
  /** Requests of the account whose outcome is unknown; a batch counts once. */
  readonly unknownRequests: number;
  /** Realised profit less fees of the symbol in this market day, without what is open. */
  readonly symbolProfitToday: Money;
  /** Equity when the gate first saw this market day, and the highest that it ever saw. */
  readonly equity: { readonly dayStart: Money; readonly highest: Money };
  /** Our own best resting prices on the symbol. */
  readonly touch: { readonly highestBuy: Price | null; readonly lowestSell: Price | null };
  /** Live orders of the symbol that are younger than 10 s (wall). */
  readonly young: readonly {
    readonly slot: string;
    readonly side: Side;
    readonly quantity: Quantity;
    readonly price: Price | null;
  }[];
};
