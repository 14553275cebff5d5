/** Cancelling at the venue itself, which works without Postgres and without Temporal. */
import type { VenueOrder } from '../adapters/ports.ts';
import { parseClientOrderId } from '../core/orders/client-order-id.ts';
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';

/** What stood at the venue when it was listed; what was to be cancelled of it was asked for. */
export type Sweep = {
  /** The ordinary orders in question that stood open; a name for each, the same in every sweep. */
  readonly open: readonly string[];
  /** Their client ids, where they carry one. */
  readonly ids: readonly string[];
  readonly protectiveStops: number;
  readonly foreign: number;
  /** False: something could not be listed, so nobody knows. */
  readonly complete: boolean;
  /** Symbols on which an order of ours stood. */
  readonly symbols: readonly string[];
};

type SweepDeps = Pick<ApiDeps, 'venue' | 'clock' | 'instance'>;

type Placed = VenueOrder & { readonly symbol: string };

const VENUE_ANSWER_MS = 3_000;

/** Lists the open orders of the symbols and cancels ours, conditional ones (protection) excepted. */
export async function sweepSymbols(deps: SweepDeps, symbols: readonly string[]): Promise<Sweep> {
  const lists = await Promise.all(symbols.map((symbol) => listSymbol(deps, symbol)));
  const complete = lists.every((list) => list !== undefined);
  return cancelOurs(
    deps,
    lists.flatMap((list) => list ?? []),
    complete,
  );
}

/**
 * The same for the whole account, whatever the symbols. Where the venue gives no such list, at
 * least the `known` symbols are swept; what stands elsewhere is not known then.
 */
export async function sweepAccount(deps: SweepDeps, known: readonly string[]): Promise<Sweep> {
  const listed = await answerWithin(deps.clock, VENUE_ANSWER_MS, () => deps.venue.openOrdersAll());
  if (listed.kind === 'answer') return cancelOurs(deps, listed.value, true);
  return { ...(await sweepSymbols(deps, known)), complete: false };
}

/** The venue's own cancel of every ordinary order, others' included, symbol by symbol. */
export async function sweepEveryones(deps: SweepDeps, known: readonly string[]): Promise<Sweep> {
  const { venue, clock } = deps;
  const listed = await answerWithin(clock, VENUE_ANSWER_MS, () => venue.openOrdersAll());
  const orders = listed.kind === 'answer' ? listed.value : [];
  const ordinary = orders.filter(({ conditional }) => !conditional);
  const symbols = new Set(listed.kind === 'answer' ? ordinary.map(symbolOf) : known);
  await Promise.all(
    [...symbols].map((symbol) =>
      answerWithin(clock, VENUE_ANSWER_MS, () => venue.cancelAll(symbol)),
    ),
  );
  const ours = orders.filter((order) => isOurs(deps, order));
  return {
    open: ordinary.map(nameOf),
    ids: idsOf(ordinary),
    protectiveStops: ours.filter(({ conditional }) => conditional).length,
    foreign: orders.length - ours.length,
    complete: listed.kind === 'answer',
    symbols: [...new Set(ours.map(symbolOf))],
  };
}

async function listSymbol(deps: SweepDeps, symbol: string): Promise<readonly Placed[] | undefined> {
  const { venue, clock } = deps;
  const listed = await answerWithin(clock, VENUE_ANSWER_MS, () => venue.openOrders(symbol));
  return listed.kind === 'answer' ? listed.value.map((order) => ({ ...order, symbol })) : undefined;
}

async function cancelOurs(
  deps: SweepDeps,
  listed: readonly Placed[],
  complete: boolean,
): Promise<Sweep> {
  const { venue, clock } = deps;
  const ours = listed.filter((order) => isOurs(deps, order));
  const open = ours.filter(({ conditional }) => !conditional);
  // A cancel that fails shows in the next listing, which is what counts.
  const ids = open.flatMap(({ symbol, clientOrderId: id }) =>
    id === null ? [] : [{ symbol, id }],
  );
  await Promise.all(
    ids.map(({ symbol, id }) =>
      answerWithin(clock, VENUE_ANSWER_MS, () => venue.cancel(symbol, id, false)),
    ),
  );
  return {
    open: open.map(nameOf),
    ids: idsOf(open),
    protectiveStops: ours.length - open.length,
    foreign: listed.length - ours.length,
    complete,
    symbols: [...new Set(ours.map(symbolOf))],
  };
}

function isOurs({ instance }: SweepDeps, order: VenueOrder): boolean {
  const parsed = order.clientOrderId === null ? undefined : parseClientOrderId(order.clientOrderId);
  if (parsed === undefined) return false;
  const own = instance();
  return own === null || parsed.instance === own;
}

const idsOf = (orders: readonly Placed[]): string[] =>
  orders.flatMap(({ clientOrderId: id }) => (id === null ? [] : [id]));
const nameOf = ({ symbol, clientOrderId, venueOrderId }: Placed): string =>
  `${symbol} ${clientOrderId ?? venueOrderId}`;
const symbolOf = ({ symbol }: Placed): string => symbol;
