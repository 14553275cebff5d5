/** The requests of one process to the venue, each with whatever may happen to it. */
import type { QuantityText } from '../../../core/money/units.ts';
import type { Rejection } from '../../../core/matching/commands.ts';
import type { InstrumentRules } from '../../../core/market/market.ts';
import type { OrderIntent } from '../../../core/orders/order.ts';
import { VenueUnavailable, classifyCode, readError } from '../../../adapters/exchange/errors.ts';
import type { Failure } from '../../../adapters/exchange/errors.ts';
import type { VenueWire } from '../../../adapters/exchange/venue-wire.ts';
import type { PageStart } from '../../../adapters/exchange/venue-wire.ts';
import { BINANCE_USDM } from '../../../adapters/exchange/venues/binance-usdm.ts';
import { RECV_WINDOW_MS } from '../../../adapters/ports.ts';
import type { VenueOrder } from '../../../adapters/ports.ts';
import type { Dice } from '../dice.ts';
import type { Faults } from '../faults.ts';
import type { Network } from './network.ts';
import type { Lies } from './lies.ts';
import type { SimVenue } from './sim-venue.ts';
import { toFill } from './views.ts';

export type WireParts = {
  readonly venue: SimVenue;
  readonly rules: InstrumentRules;
  readonly faults: Faults;
  readonly dice: Dice;
  readonly lies: Lies;
  /** The venue's wall clock. */
  readonly venueNow: () => number;
};

/** No order of a run takes a noticeable part of it. */
const DEEP = '1000000' as QuantityText;

export function createVenueWire(parts: WireParts, network: Network): VenueWire {
  const { venue, rules, lies, venueNow } = parts;
  const read = async <T>(atVenue: () => T): Promise<T> => {
    try {
      return await network.read(atVenue);
    } catch (error) {
      throw readError(error);
    }
  };
  return {
    table: BINANCE_USDM,
    time: () => read(venueNow),
    rules: () => read(() => [rules]),
    fees: () => read(() => ({ makerFeeBps: rules.makerFeeBps, takerFeeBps: rules.takerFeeBps })),
    quote: () => read(() => venue.quote),
    book: () =>
      read(() => ({
        bids: [{ price: venue.quote.bid, quantity: DEEP }],
        asks: [{ price: venue.quote.ask, quantity: DEEP }],
      })),
    order: (_symbol, id, conditional) =>
      read(() => {
        if ('venueOrderId' in id)
          return conditional ? undefined : venue.orderNumbered(id.venueOrderId);
        if (lies.hides(id.clientOrderId)) return undefined;
        return conditional
          ? venue.conditionalOf(id.clientOrderId)
          : venue.orderOf(id.clientOrderId);
      }),
    openOrders: (_symbol, conditional) =>
      read(() => venue.openOrders(conditional).filter((order) => lies.lists(order))),
    openOrdersAll: (conditional) =>
      read(() =>
        venue.openOrders(conditional).map((order) => ({ ...order, symbol: rules.symbol })),
      ),
    allOrders: (_symbol, conditional, start) =>
      read(() =>
        venue.allOrders(conditional, filterOf(start)).filter((order) => lies.lists(order)),
      ),
    trades: (_symbol, start) =>
      read(() => venue.trades(filterOf(start)).map((trade) => toFill(trade, null))),
    // No simulated worker reads it.
    incomes: () => read(() => []),
    position: () => read(() => venue.position()),
    equity: () =>
      read(() => {
        const { walletBalance, marginBalance } = venue.account();
        return { wallet: walletBalance, equity: marginBalance };
      }),
    settings: () =>
      read(() => {
        const { leverage, marginMode } = venue.position();
        return { leverage, marginMode };
      }),
    oneWay: () => read(() => true),
    placeOrder: (_symbol, intent, timestamp) =>
      network.write(() => {
        const placed = place(parts, intent, timestamp);
        if ('kind' in placed) throw venueError(Number(placed.code), placed.message);
        return placed;
      }),
    placeBatch: (_symbol, intents, timestamp) =>
      network.write(() => intents.map((intent) => place(parts, intent, timestamp))),
    cancel: (_symbol, clientOrderId, conditional) => {
      const timestamp = venueNow();
      return network.write(() => {
        const refused = late(parts, timestamp) ?? venue.cancel(clientOrderId, conditional);
        if (refused !== undefined) throw venueError(refused.code, refused.message);
        failAfterwards(parts);
      });
    },
    amend: (_symbol, clientOrderId, change, timestamp) =>
      network.write(() => {
        const refused = late(parts, timestamp);
        const amended = refused ?? venue.amend(clientOrderId, change);
        if ('code' in amended) throw venueError(amended.code, amended.message);
        failAfterwards(parts);
        return amended;
      }),
    setDeadMan: () => Promise.reject(new VenueUnavailable('no symbol asks for it')),
    cancelAll: () => Promise.reject(new VenueUnavailable('no symbol asks for it')),
    setOneWay: () => Promise.reject(new VenueUnavailable('it is one-way already')),
    setIsolated: () => Promise.reject(new VenueUnavailable('it is isolated already')),
    setLeverage: (_symbol, leverage) => network.write(() => venue.setLeverage(leverage)),
  };
}

const REFUSALS = {
  stop: [-2021, -4045, -2019],
  order: [-2019, -5022, -2025],
} as const;

/** What the venue answers to one order; a refusal, or what looks like one, changes nothing. */
function place(parts: WireParts, intent: OrderIntent, timestamp: number): VenueOrder | Failure {
  const { venue, faults, dice, lies } = parts;
  const tooLate = late(parts, timestamp);
  if (tooLate !== undefined) return failure(tooLate);
  const stop = intent.kind === 'stopMarket';
  if (faults.hits('rateLimited')) return classifyCode('-1003', 'Too many requests.');
  if (faults.hits(stop ? 'stopRejected' : 'orderRejected'))
    return classifyCode(String(dice.pick(REFUSALS[stop ? 'stop' : 'order'])), 'refused');
  const isBroken = faults.hits('serverError');
  if (isBroken && dice.chance(0.5)) return classifyCode('-1007', 'Execution status unknown.');
  const placed = venue.place(intent);
  if ('ok' in placed) return failure(placed);
  lies.accepted(intent.clientOrderId);
  return isBroken ? classifyCode('-1006', 'Execution status unknown.') : placed;
}

const failure = ({ code, message }: Rejection): Failure => classifyCode(String(code), message);

/** Signed too long ago, or in the future. */
function late({ venueNow }: WireParts, timestamp: number): Rejection | undefined {
  const age = venueNow() - timestamp;
  if (age <= RECV_WINDOW_MS && age >= -1_000) return undefined;
  return {
    ok: false,
    code: -1021,
    message: 'Timestamp for this request is outside of the recvWindow.',
  };
}

function failAfterwards({ faults }: WireParts): void {
  if (faults.hits('serverError')) throw venueError(-1007, 'Execution status unknown.');
}

/** As ccxt words it: the code stands in the text. */
const venueError = (code: number, message: string): Error =>
  new Error(`binanceusdm {"code":${code},"msg":"${message}"}`);

const filterOf = (start: PageStart) =>
  'since' in start
    ? { startTime: start.since, endTime: start.until, limit: 1_000 }
    : { fromId: Number(start.fromId), limit: 1_000 };
