/** The venue's truth about one symbol, as `reconcile` brings it to the machine. */
import type { Quote, Side } from '../market/market.ts';
import type { MoneyText, PriceText, QuantityText } from '../money/units.ts';
import type { WatchCursor } from '../market/watch.ts';
import type { MachineSettings } from './machine-settings.ts';

/** An order of ours that stands at the venue, ordinary or conditional. */
export type StandingOrder = {
  readonly clientOrderId: string;
  readonly conditional: boolean;
  readonly side: Side;
  readonly price: PriceText | null;
  readonly triggerPrice: PriceText | null;
  readonly quantity: QuantityText;
  readonly executed: QuantityText;
  readonly reduceOnly: boolean;
};

export type ReconcileReport =
  | {
      readonly kind: 'clean';
      /** Signed, long positive; the ledger agrees. */
      readonly positionQuantity: QuantityText;
      readonly entryPrice: PriceText | null;
      /** Of the ledger, since the position was opened. */
      readonly realisedProfit: MoneyText;
      readonly standing: readonly StandingOrder[];
      /** Not ours; reported, never touched. */
      readonly foreign: number;
      readonly quote: Quote;
      readonly cursor: WatchCursor;
      readonly settings: MachineSettings;
    }
  | { readonly kind: 'notClean'; readonly code: string; readonly reason: string };
