/** The gateway to one venue account: what the port promises, over the requests of a venue. */
import type { EpochMs } from '../../core/market/market.ts';
import { isTerminalStatus } from '../../core/orders/order.ts';
import type { Fill, OrderIntent } from '../../core/orders/order.ts';
import type { CancelOutcome } from '../../core/orders/outcomes.ts';
import { NOT_SENT } from '../ports.ts';
import type {
  ExchangeGateway,
  IncomePage,
  OrderChange,
  PlaceReply,
  VenueFill,
  VenueOrder,
} from '../ports.ts';
import { binanceUsdmReads } from './binance-usdm-reads.ts';
import { binanceUsdmWrites } from './binance-usdm-writes.ts';
import { classifyFailure, writeError } from './errors.ts';
import { readHistory } from './history.ts';
import { readIncomePage } from './income-page.ts';
import { KnownOrders } from './known-orders.ts';
import type { ExchangeTransport } from './paper-transport.ts';
import { placeIntents } from './placing.ts';
import { prepareSymbol } from './prepare-symbol.ts';
import { RecentAnswer } from './recent-answer.ts';
import { RequestBudget, openReadClient } from './request-budget.ts';
import { RulesCache } from './rules-cache.ts';
import { VenueClock } from './venue-clock.ts';
import { BINANCE_USDM } from './venues/binance-usdm.ts';
import type { PlacedOrder, VenueWire } from './venue-wire.ts';

export type ExchangeGatewayOptions = {
  readonly transport: ExchangeTransport;
  /** Wall milliseconds of this machine. */
  readonly wallClock: () => EpochMs;
  /** Request weight a wall minute; what the venue says by default. */
  readonly requestWeightMax?: number;
  /** Wall age up to which an equity is answered again without asking; 0 by default. */
  readonly equityMaxAgeMs?: number;
};

/** Connects to Binance USD-M (or its paper twin) and measures its clock. Throws VenueUnavailable. */
export async function createExchangeGateway(
  options: ExchangeGatewayOptions,
): Promise<ExchangeGateway> {
  const budget = new RequestBudget(options.wallClock, options.requestWeightMax);
  const clock = new VenueClock(options.wallClock);
  const wire = await openWire(options.transport, budget, clock);
  await clock.start(() => wire.time());
  return new VenueGateway(wire, clock, budget, options.wallClock, options.equityMaxAgeMs);
}

/** Orders and cancels go through an instance of their own, which nothing holds back. */
async function openWire(
  transport: ExchangeTransport,
  budget: RequestBudget,
  clock: VenueClock,
): Promise<VenueWire> {
  const reads = await openReadClient(transport, budget, (headers) => clock.onResponse(headers));
  const writes = await transport.open({
    onResponse: (status, headers) => budget.onResponse(status, headers),
  });
  const unlimited = binanceUsdmReads(writes);
  return {
    table: BINANCE_USDM,
    ...binanceUsdmReads(reads),
    ...binanceUsdmWrites(writes),
    // An emergency stop asks this.
    openOrdersAll: (conditional) => unlimited.openOrdersAll(conditional),
    // Nothing starts without it, and a worker that starts anew must not wait for the next minute.
    time: () => unlimited.time(),
  };
}

/** What the gateway needs of the venue's clock. */
type GatewayClock = Pick<
  VenueClock,
  'now' | 'skewMs' | 'historyEnd' | 'onResponse' | 'sync' | 'stop'
>;

export class VenueGateway implements ExchangeGateway {
  readonly #wire: VenueWire;
  readonly #clock: GatewayClock;
  readonly #budget: RequestBudget;
  readonly #rules: RulesCache;
  readonly #equity: RecentAnswer<Awaited<ReturnType<ExchangeGateway['equity']>>>;
  readonly #known = new KnownOrders();

  constructor(
    wire: VenueWire,
    clock: GatewayClock,
    budget: RequestBudget,
    wallClock: () => EpochMs,
    equityMaxAgeMs = 0,
  ) {
    this.#wire = wire;
    this.#clock = clock;
    this.#budget = budget;
    this.#rules = new RulesCache(wire, wallClock);
    this.#equity = new RecentAnswer(() => wire.equity(), equityMaxAgeMs, wallClock);
  }

  rules = (symbol: string) => this.#rules.rules(symbol);
  venueTime = () => this.#clock.now();
  clockSkewMs = () => this.#clock.skewMs;
  blockedMs = () => this.#budget.blockedMs;
  get amendsInPlace(): boolean {
    return this.#wire.table.amend.kind === 'inPlace';
  }
  position = (symbol: string) => this.#wire.position(symbol);
  equity = () => this.#equity.get();
  quote = (symbol: string) => this.#wire.quote(symbol);
  book = (symbol: string) => this.#wire.book(symbol);
  prepareSymbol = (symbol: string, leverage: number) => prepareSymbol(this.#wire, symbol, leverage);

  async place(
    symbol: string,
    intents: readonly OrderIntent[],
    timestamp: EpochMs,
  ): Promise<PlaceReply[]> {
    const { blockedMs, riskHeldMs } = this.#budget;
    if (blockedMs > 0) return intents.map(() => notSent(`asked us to stay away for ${blockedMs}`));
    if (riskHeldMs > 0) return this.#placeProtection(symbol, intents, timestamp, riskHeldMs);
    return this.#placeAll(symbol, intents, timestamp);
  }

  /** What is left of the venue's limit is for cancels and for orders that can only reduce. */
  async #placeProtection(
    symbol: string,
    intents: readonly OrderIntent[],
    timestamp: EpochMs,
    heldMs: number,
  ): Promise<PlaceReply[]> {
    const safe = intents.filter((intent) => intent.reduceOnly);
    const replies = safe.length === 0 ? [] : await this.#placeAll(symbol, safe, timestamp);
    return intents.map(
      (intent) => replies[safe.indexOf(intent)] ?? notSent(`has no room for ${heldMs}`),
    );
  }

  async #placeAll(
    symbol: string,
    intents: readonly OrderIntent[],
    timestamp: EpochMs,
  ): Promise<PlaceReply[]> {
    const request = { symbol, intents, timestamp };
    const replies = await placeIntents(this.#wire, this.#find, request);
    for (const reply of replies) {
      if (reply.kind === 'acked') this.#known.learn(reply.order);
      // The venue's clock and ours disagree: measure before the next order.
      if (reply.kind === 'rejected' && reply.code === '-1021') void this.#clock.sync();
    }
    return replies;
  }

  async cancel(
    symbol: string,
    clientOrderId: string,
    conditional: boolean,
  ): Promise<CancelOutcome> {
    try {
      await this.#wire.cancel(symbol, clientOrderId, conditional);
      return { clientOrderId, kind: 'requested', message: '' };
    } catch (error) {
      const { code, kind, message } = classifyFailure(error, this.#wire.table.errors);
      const { codes } = this.#wire.table.notFound;
      if (code !== null && codes.includes(code))
        return { clientOrderId, kind: 'notFound', message };
      return { clientOrderId, kind: kind === 'rejected' ? 'rejected' : 'unknown', message };
    }
  }

  async amend(
    symbol: string,
    clientOrderId: string,
    change: OrderChange,
    timestamp: EpochMs,
  ): Promise<PlaceReply> {
    const heldMs = Math.max(this.#budget.blockedMs, this.#budget.riskHeldMs);
    if (heldMs > 0) return notSent(`has no room for ${heldMs}`);
    try {
      const order = await this.#wire.amend(symbol, clientOrderId, change, timestamp);
      return { kind: 'acked', order };
    } catch (error) {
      const { errors, notFound } = this.#wire.table;
      const { code, kind, message } = classifyFailure(error, errors);
      if (kind !== 'rejected' || notFound.codes.includes(code)) return { kind: 'unknown', message };
      return { kind, code, message };
    }
  }

  async setDeadMan(symbol: string, timeoutMs: number): Promise<void> {
    try {
      await this.#wire.setDeadMan(symbol, timeoutMs);
    } catch (error) {
      throw writeError(error, this.#wire.table.errors);
    }
  }

  async findOrder(symbol: string, clientOrderId: string): Promise<VenueOrder | undefined> {
    const order = await this.#find(symbol, clientOrderId);
    if (order !== undefined) this.#known.learn(order);
    return order;
  }

  #find = async (symbol: string, clientOrderId: string): Promise<VenueOrder | undefined> => {
    const [ordinary, conditional] = await Promise.all([
      this.#wire.order(symbol, { clientOrderId }, false),
      this.#wire.order(symbol, { clientOrderId }, true),
    ]);
    const found = conditional ?? ordinary ?? (await this.#findInHistory(symbol, clientOrderId));
    return found === undefined ? undefined : this.#followChild(symbol, found);
  };

  /** Conditional orders leave the query by id before they leave the list. */
  async #findInHistory(symbol: string, clientOrderId: string): Promise<VenueOrder | undefined> {
    const { forgottenAfterMs } = this.#wire.table.notFound;
    const orders = await this.#allOrders(symbol, true, this.#clock.historyEnd() - forgottenAfterMs);
    return orders.findLast((order) => order.clientOrderId === clientOrderId);
  }

  /** A triggered conditional order is what its child is. */
  async #followChild(symbol: string, order: VenueOrder): Promise<VenueOrder> {
    if (order.status !== 'triggered' || order.childOrderId === null) return order;
    const child = await this.#wire.order(symbol, { venueOrderId: order.childOrderId }, false);
    if (child === undefined || !isTerminalStatus(child.status)) return order;
    return { ...order, status: child.status, executed: child.executed, eventTime: child.eventTime };
  }

  async openOrders(symbol: string): Promise<VenueOrder[]> {
    const [ordinary, conditional] = await Promise.all([
      this.#wire.openOrders(symbol, false),
      this.#wire.openOrders(symbol, true),
    ]);
    const orders = [...ordinary, ...conditional];
    for (const order of orders) this.#known.learn(order);
    return orders;
  }

  async openOrdersAll(): Promise<PlacedOrder[]> {
    const [ordinary, conditional] = await Promise.all([
      this.#wire.openOrdersAll(false),
      this.#wire.openOrdersAll(true),
    ]);
    return [...ordinary, ...conditional];
  }

  async cancelAll(symbol: string): Promise<void> {
    try {
      await this.#wire.cancelAll(symbol);
    } catch (error) {
      throw writeError(error, this.#wire.table.errors);
    }
  }

  async closedOrders(symbol: string, since: EpochMs): Promise<VenueOrder[]> {
    const [ordinary, conditional] = await Promise.all([
      this.#allOrders(symbol, false, since),
      this.#allOrders(symbol, true, since),
    ]);
    const followed = await Promise.all(
      conditional.map((order) => this.#followChild(symbol, order)),
    );
    return [...ordinary, ...followed].filter((order) => isTerminalStatus(order.status));
  }

  async fillsSince(symbol: string, since: EpochMs): Promise<VenueFill[]> {
    const fills = await readHistory(
      (start) => this.#wire.trades(symbol, start),
      (fill) => fill.tradeId,
      since,
      this.#clock.historyEnd(),
    );
    await this.#learnOrdersOf(symbol, fills);
    return fills.map((fill) => {
      const clientOrderId = this.#known.clientIdOf(fill.orderId);
      return { ...fill, clientOrderId: clientOrderId ?? null, isForeign: clientOrderId === null };
    });
  }

  /** Children of conditional orders first: their own client id need not be ours. */
  async #learnOrdersOf(symbol: string, fills: readonly Fill[]): Promise<void> {
    const first = fills.find((fill) => this.#known.clientIdOf(fill.orderId) === undefined);
    if (first === undefined) return;
    const { forgottenAfterMs } = this.#wire.table.notFound;
    await this.#allOrders(symbol, true, first.eventTime - forgottenAfterMs);
    const unknown = new Set(
      fills.map((fill) => fill.orderId).filter((id) => this.#known.clientIdOf(id) === undefined),
    );
    for (const venueOrderId of unknown) {
      const order = await this.#wire.order(symbol, { venueOrderId }, false);
      if (order !== undefined) this.#known.learn(order);
    }
  }

  incomePage = (since: EpochMs): Promise<IncomePage> =>
    readIncomePage(this.#wire, since, this.#clock.historyEnd());

  async #allOrders(symbol: string, conditional: boolean, since: EpochMs): Promise<VenueOrder[]> {
    const orders = await readHistory(
      (start) => this.#wire.allOrders(symbol, conditional, start),
      (order) => order.venueOrderId,
      since,
      this.#clock.historyEnd(),
    );
    for (const order of orders) this.#known.learn(order);
    return orders;
  }

  async close(): Promise<void> {
    this.#clock.stop();
  }
}

/** We held it back ourselves: the code is ours, for the venue refused nothing. */
const notSent = (why: string): PlaceReply => ({
  kind: 'rejected',
  code: NOT_SENT,
  message: `not sent: the venue ${why} ms`,
});
