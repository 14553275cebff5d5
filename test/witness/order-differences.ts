/** Orders: every one of ours at the venue has exactly one intent row, and the rows tell the truth. */
import { words } from './decimal.ts';
import type { Difference } from './difference.ts';
import type { JournalConditional, JournalOrder } from './journal-file.ts';
import type { IntentSeen, LedgerAccount } from './ledger-account.ts';
import { orderKey } from './venue-account.ts';
import type { VenueAccount } from './venue-account.ts';

/** Ids that a Tidegate derives; everything else on the account is foreign. */
const OURS = /^tg[0-9a-z]{21}$/;
/** States of rows that reached the venue for certain. Resting, no other state may have an order. */
const AT_VENUE = 'ACKED';
/** Rows in these states are still being found out: never at rest. */
const UNRESOLVED = new Set(['PREPARED', 'SENDING', 'UNKNOWN']);

/** An order of ours as the venue knows it, ordinary or conditional, children folded in. */
type Standing = {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: string;
  readonly kind: string;
  readonly quantity: bigint;
  readonly price: bigint | null;
  readonly triggerPrice: bigint | null;
  readonly reduceOnly: boolean;
  readonly status: string;
  readonly executed: bigint;
};

export function ownOrders(venue: VenueAccount): readonly Standing[] {
  const ordinary = [...venue.orders.values()].filter((order) => order.algoId === undefined);
  const conditional = [...venue.conditionals.values()];
  return [
    ...ordinary.map(ofOrdinary),
    ...conditional.map((order) => ofConditional(order, venue)),
  ].filter((order) => OURS.test(order.clientOrderId));
}

const STATUS: Readonly<Record<JournalOrder['status'], string>> = {
  NEW: 'working',
  PARTIALLY_FILLED: 'partiallyFilled',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
};

const ofOrdinary = (order: JournalOrder): Standing => ({
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  kind: order.type === 'LIMIT' ? 'limit' : 'market',
  quantity: order.origQty,
  price: order.type === 'LIMIT' ? order.price : null,
  triggerPrice: null,
  reduceOnly: order.reduceOnly,
  status: STATUS[order.status],
  executed: order.executedQty,
});

const CONDITIONAL_STATUS: Readonly<Record<JournalConditional['status'], string>> = {
  NEW: 'working',
  TRIGGERING: 'triggered',
  TRIGGERED: 'triggered',
  FINISHED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  REJECTED: 'rejected',
};

/** A triggered conditional order is what its child is. */
function ofConditional(order: JournalConditional, venue: VenueAccount): Standing {
  const { symbol, actualOrderId } = order;
  const child =
    actualOrderId === undefined
      ? undefined
      : venue.orders.get(orderKey({ symbol, orderId: actualOrderId }));
  return {
    clientOrderId: order.clientAlgoId,
    symbol,
    side: order.side,
    kind: order.orderType === 'STOP_MARKET' ? 'stopMarket' : order.orderType,
    quantity: order.quantity,
    price: null,
    triggerPrice: order.triggerPrice,
    reduceOnly: order.reduceOnly,
    status: child === undefined ? CONDITIONAL_STATUS[order.status] : STATUS[child.status],
    executed: child?.executedQty ?? 0n,
  };
}

export function orderDifferences(venue: VenueAccount, ledger: LedgerAccount): Difference[] {
  const orders = ownOrders(venue);
  const intents = new Map(ledger.intents.map((intent) => [intent.clientOrderId, intent]));
  const byId = Map.groupBy(orders, (order) => order.clientOrderId);
  return [
    ...[...byId.values()].flatMap(twice),
    ...orders.flatMap((order) => rowDifferences(order, intents.get(order.clientOrderId))),
    ...ledger.intents.flatMap((intent) => intentDifferences(intent, byId)),
    ...venue.refused.flatMap(({ clientOrderId, code }) =>
      refusalDifferences(clientOrderId, code, intents.get(clientOrderId), byId),
    ),
  ];
}

const twice = (orders: readonly Standing[]): Difference[] =>
  orders.length === 1
    ? []
    : [{ check: 'order twice', subject: idOf(orders), detail: `${orders.length} at the venue` }];

const idOf = (orders: readonly Standing[]): string => orders[0]?.clientOrderId ?? '';

/** Field by field; a null in both is equal. */
function rowDifferences(order: Standing, intent: IntentSeen | undefined): Difference[] {
  const subject = order.clientOrderId;
  if (intent === undefined) {
    return [{ check: 'order without intent', subject, detail: `${order.symbol} ${order.side}` }];
  }
  const pairs: readonly (readonly [string, Field, Field])[] = [
    ['symbol', order.symbol, intent.symbol],
    ['side', order.side, intent.side],
    ['kind', order.kind, intent.kind],
    ['quantity', order.quantity, intent.quantity],
    ['price', order.price, intent.price],
    ['trigger price', order.triggerPrice, intent.triggerPrice],
    ['reduce only', order.reduceOnly, intent.reduceOnly],
    ['status', order.status, intent.orderStatus],
    ['executed', order.executed, intent.executed],
  ];
  return pairs.flatMap(([name, atVenue, inLedger]) =>
    atVenue === inLedger
      ? []
      : [
          {
            check: `order ${name}`,
            subject,
            detail: `venue ${shown(atVenue)}, ledger ${shown(inLedger)}`,
          },
        ],
  );
}

type Field = string | bigint | boolean | null;
const shown = (value: Field): string => (typeof value === 'bigint' ? words(value) : String(value));

/** Lost: the ledger believes in an order that the venue never had. And the other way round. */
function intentDifferences(
  { clientOrderId: subject, state }: IntentSeen,
  byId: ReadonlyMap<string, readonly Standing[]>,
): Difference[] {
  const atVenue = byId.has(subject);
  if (UNRESOLVED.has(state)) return [{ check: 'intent unresolved', subject, detail: state }];
  if (state === AT_VENUE && !atVenue) return [{ check: 'order lost', subject, detail: state }];
  if (state !== AT_VENUE && atVenue)
    return [{ check: 'order unknown to us', subject, detail: state }];
  return [];
}

/** A refused placement is REJECTED, unless another request with the same id was taken (a duplicate). */
function refusalDifferences(
  subject: string,
  code: number,
  intent: IntentSeen | undefined,
  byId: ReadonlyMap<string, readonly Standing[]>,
): Difference[] {
  if (!OURS.test(subject)) return [];
  if (byId.has(subject)) {
    return [{ check: 'order sent twice', subject, detail: `the second was refused with ${code}` }];
  }
  return intent?.state === 'REJECTED' || intent?.state === 'ABSENT'
    ? []
    : [{ check: 'refusal', subject, detail: `refused with ${code}, ledger ${intent?.state}` }];
}
