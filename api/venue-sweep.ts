/** Cancelling at the venue itself, which works without Postgres and without Temporal. */
import type { VenueOrder } from '../adapters/ports.ts';
import { parseClientOrderId } from '../core/orders/client-order-id.ts';
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';

/** What stood at the venue when it was listed, and what we asked it to cancel. */
export type Sweep = {
  /** Client ids of our ordinary orders that stood open. */
  readonly open: readonly string[];
  readonly protectiveStops: number;
  readonly foreign: number;
  /** Symbols whose orders could not be listed. */
  readonly unlisted: readonly string[];
};

type SweepDeps = Pick<ApiDeps, 'venue' | 'clock' | 'instance'>;

const VENUE_ANSWER_MS = 3_000;

/** Lists the open orders of the symbols and cancels ours, conditional ones (protection) excepted. */
export async function sweep(deps: SweepDeps, symbols: readonly string[]): Promise<Sweep> {
  const swept = await Promise.all(symbols.map((symbol) => sweepSymbol(deps, symbol)));
  return {
    open: swept.flatMap(({ open }) => open),
    protectiveStops: sum(swept.map(({ protectiveStops }) => protectiveStops)),
    foreign: sum(swept.map(({ foreign }) => foreign)),
    unlisted: swept.flatMap(({ unlisted }) => unlisted),
  };
}

async function sweepSymbol(deps: SweepDeps, symbol: string): Promise<Sweep> {
  const { venue, clock } = deps;
  const listed = await answerWithin(clock, VENUE_ANSWER_MS, () => venue.openOrders(symbol));
  if (listed.kind === 'failed') {
    return { open: [], protectiveStops: 0, foreign: 0, unlisted: [symbol] };
  }
  const ours = listed.value.filter((order) => isOurs(deps, order));
  const open = ours.filter(({ conditional }) => !conditional).flatMap(idOf);
  // A cancel that fails shows in the next listing, which is what counts.
  await Promise.all(
    open.map((id) => answerWithin(clock, VENUE_ANSWER_MS, () => venue.cancel(symbol, id, false))),
  );
  return {
    open,
    protectiveStops: ours.length - open.length,
    foreign: listed.value.length - ours.length,
    unlisted: [],
  };
}

function isOurs({ instance }: SweepDeps, order: VenueOrder): boolean {
  const parsed = order.clientOrderId === null ? undefined : parseClientOrderId(order.clientOrderId);
  if (parsed === undefined) return false;
  const own = instance();
  return own === null || parsed.instance === own;
}

const idOf = ({ clientOrderId }: VenueOrder): string[] =>
  clientOrderId === null ? [] : [clientOrderId];
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
