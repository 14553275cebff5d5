/** What the gateway needs from one venue: single requests, mapped and validated. */
import type { EpochMs, InstrumentRules, Quote, OrderBook } from '../../core/market/market.ts';
import type { MoneyText } from '../../core/money/units.ts';
import type { Income } from '../../core/portfolio/income.ts';
import type { Fill, OrderIntent } from '../../core/orders/order.ts';
import type { OrderChange, VenueOrder, VenuePosition } from '../ports.ts';
import type { Failure } from './errors.ts';
import type { VenueTable } from './venue-table.ts';

/** Where a page of rows with rising ids begins. */
export type PageStart =
  | { readonly since: EpochMs; readonly until: EpochMs }
  | { readonly fromId: string };

/** Rows in a full page: fewer means that there is no more. */
export const PAGE_ROWS = 1_000;

export type TradingRules = Omit<InstrumentRules, 'makerFeeBps' | 'takerFeeBps'>;
export type Fees = Pick<InstrumentRules, 'makerFeeBps' | 'takerFeeBps'>;
export type SymbolSettings = {
  readonly marginMode: 'isolated' | 'cross';
  readonly leverage: number;
};
/** Null: the profit or the fee of a trade, which is a fill. */
export type WalletChange = { readonly time: EpochMs; readonly income: Income | null };
export type PlacedOrder = VenueOrder & { readonly symbol: string };
export type OrderId = { readonly clientOrderId: string } | { readonly venueOrderId: string };

/** Public and account reads. They throw VenueUnavailable or VenueRejected, only. */
export type VenueReads = {
  time(): Promise<EpochMs>;
  rules(): Promise<readonly TradingRules[]>;
  fees(symbol: string): Promise<Fees>;
  quote(symbol: string): Promise<Quote>;
  /** The best hundred levels of each side. */
  book(symbol: string): Promise<OrderBook>;
  /** Undefined: not found now. */
  order(symbol: string, id: OrderId, conditional: boolean): Promise<VenueOrder | undefined>;
  openOrders(symbol: string, conditional: boolean): Promise<readonly VenueOrder[]>;
  /** Of every symbol of the account. */
  openOrdersAll(conditional: boolean): Promise<readonly PlacedOrder[]>;
  /** Open and finished, oldest first. */
  allOrders(symbol: string, conditional: boolean, start: PageStart): Promise<readonly VenueOrder[]>;
  /** Without client ids: the venue's trade rows do not carry them. Oldest first. */
  trades(symbol: string, start: PageStart): Promise<readonly Fill[]>;
  /** A page of what moved the wallet from a market time on, trades too; oldest first. */
  incomes(since: EpochMs): Promise<readonly WalletChange[]>;
  position(symbol: string): Promise<VenuePosition>;
  equity(): Promise<{ readonly wallet: MoneyText; readonly equity: MoneyText }>;
  settings(symbol: string): Promise<SymbolSettings>;
  /** False in hedge mode. */
  oneWay(): Promise<boolean>;
};

/** Requests that change something. They throw whatever happened, for `classifyFailure`. */
export type VenueWrites = {
  placeOrder(symbol: string, intent: OrderIntent, timestamp: EpochMs): Promise<VenueOrder>;
  /** One entry per intent, in order. */
  placeBatch(
    symbol: string,
    intents: readonly OrderIntent[],
    timestamp: EpochMs,
  ): Promise<readonly (VenueOrder | Failure)[]>;
  cancel(symbol: string, clientOrderId: string, conditional: boolean): Promise<void>;
  amend(
    symbol: string,
    clientOrderId: string,
    change: OrderChange,
    timestamp: EpochMs,
  ): Promise<VenueOrder>;
  cancelAll(symbol: string): Promise<void>;
  /** 0: off. */
  setDeadMan(symbol: string, timeoutMs: number): Promise<void>;
  setOneWay(): Promise<void>;
  setIsolated(symbol: string): Promise<void>;
  setLeverage(symbol: string, leverage: number): Promise<void>;
};

export type VenueWire = VenueReads & VenueWrites & { readonly table: VenueTable };
