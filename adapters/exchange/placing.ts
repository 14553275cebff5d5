/** Places intents: what goes into which request, and what each answer means. */
import type { EpochMs } from '../../core/market/market.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import type { PlaceReply, VenueOrder } from '../ports.ts';
import { classifyFailure } from './errors.ts';
import type { Failure } from './errors.ts';
import type { VenueWire } from './venue-wire.ts';

export type PlaceRequest = {
  readonly symbol: string;
  readonly intents: readonly OrderIntent[];
  readonly timestamp: EpochMs;
};
type FindOrder = (symbol: string, clientOrderId: string) => Promise<VenueOrder | undefined>;

/**
 * Ordinary orders go together, conditional ones one by one, all at the same time. One reply per
 * intent, in order. Throws nothing: whatever is not definitely refused is `unknown`.
 */
export async function placeIntents(
  wire: VenueWire,
  findOrder: FindOrder,
  request: PlaceRequest,
): Promise<PlaceReply[]> {
  const results = new Map<string, VenueOrder | Failure>();
  await Promise.all(
    groupsOf(request.intents, wire.table.batchMax).map(async (group) => {
      const answers = await placeGroup(wire, { ...request, intents: group });
      group.forEach((intent, index) => {
        results.set(intent.clientOrderId, answers[index] ?? UNANSWERED);
      });
    }),
  );
  return Promise.all(
    request.intents.map(({ clientOrderId }) =>
      replyOf(findOrder, request.symbol, clientOrderId, results.get(clientOrderId) ?? UNANSWERED),
    ),
  );
}

const UNANSWERED: Failure = { kind: 'unknown', code: null, message: 'the venue did not answer' };

function groupsOf(intents: readonly OrderIntent[], batchMax: number): OrderIntent[][] {
  const ordinary = intents.filter((intent) => intent.kind !== 'stopMarket');
  const conditional = intents.filter((intent) => intent.kind === 'stopMarket');
  const batches: OrderIntent[][] = [];
  for (let start = 0; start < ordinary.length; start += batchMax)
    batches.push(ordinary.slice(start, start + batchMax));
  return [...batches, ...conditional.map((intent) => [intent])];
}

async function placeGroup(
  wire: VenueWire,
  { symbol, intents, timestamp }: PlaceRequest,
): Promise<readonly (VenueOrder | Failure)[]> {
  const [first] = intents;
  try {
    if (first !== undefined && intents.length === 1)
      return [await wire.placeOrder(symbol, first, timestamp)];
    return await wire.placeBatch(symbol, intents, timestamp);
  } catch (error) {
    const failure = classifyFailure(error, wire.table.errors);
    return intents.map(() => failure);
  }
}

async function replyOf(
  findOrder: FindOrder,
  symbol: string,
  clientOrderId: string,
  result: VenueOrder | Failure,
): Promise<PlaceReply> {
  if (!('kind' in result)) return { kind: 'acked', order: result };
  const { message } = result;
  if (result.kind === 'rejected') return { kind: 'rejected', code: result.code, message };
  if (result.kind === 'unknown') return { kind: 'unknown', message };
  return earlierAttempt(findOrder, symbol, clientOrderId, message);
}

/** The venue holds an order with this id: one that we sent before. Only a look at it is proof. */
async function earlierAttempt(
  findOrder: FindOrder,
  symbol: string,
  clientOrderId: string,
  message: string,
): Promise<PlaceReply> {
  try {
    const order = await findOrder(symbol, clientOrderId);
    return order === undefined ? { kind: 'unknown', message } : { kind: 'acked', order };
  } catch {
    return { kind: 'unknown', message };
  }
}
