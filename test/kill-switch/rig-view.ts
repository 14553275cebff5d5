/** What a rig's API, venue and database say of symbols. */
import { symbolView } from '../../api/status-schemas.ts';
import type { SymbolView } from '../../api/status-schemas.ts';
import { VenueUnavailable } from '../../adapters/exchange/errors.ts';
import type { VenueOrder } from '../../adapters/ports.ts';
import type { Rig } from './rig.ts';

export async function statusOf(rig: Rig, symbol: string): Promise<SymbolView> {
  const { body } = await rig.api('GET', `/symbols/${symbol}/status`);
  return symbolView.parse(body);
}

/** The eye has the three seconds of a trader; a busy machine may need more to be looked at. */
async function patiently<T>(look: () => Promise<T>, attempts = 5): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (attempts <= 1 || !(error instanceof VenueUnavailable)) throw error;
    return patiently(look, attempts - 1);
  }
}

/** Our ordinary orders at the venue, by its own word; of one symbol or of all. */
export async function ordinaryOrders(
  rig: Rig,
  symbol?: string,
): Promise<readonly (VenueOrder & { readonly symbol: string })[]> {
  const orders = await patiently(() => rig.eye.openOrdersAll());
  return orders.filter(
    (one) => !one.conditional && (symbol === undefined || one.symbol === symbol),
  );
}

/** Resolves when each symbol has that many ordinary orders at the venue. */
export const untilTrading = (
  rig: Rig,
  symbols: readonly string[] = rig.symbols,
  least = 6,
  timeoutMs = 60_000,
): Promise<unknown> =>
  rig.until(
    `${symbols.join(', ')} trade`,
    async () => {
      const orders = await ordinaryOrders(rig);
      return symbols.map((symbol) => orders.filter((order) => order.symbol === symbol).length);
    },
    (counts) => counts.every((count) => count >= least),
    timeoutMs,
  );

export const standingHalts = (rig: Rig) =>
  rig.query<{ halt_id: string }>('SELECT halt_id FROM halts WHERE cleared_at IS NULL');

/** A resume may be refused while a stop goes on. */
export const untilResumed = (rig: Rig): Promise<unknown> =>
  rig.until(
    'no halt stands',
    async () => {
      await rig.api('POST', '/resume', { reason: 'drill over' });
      return standingHalts(rig);
    },
    (halts) => halts.length === 0,
  );

/** Resolves when the status of each symbol is what is hoped for. */
export const untilStatus = (
  rig: Rig,
  symbols: readonly string[],
  holds: (view: SymbolView) => boolean,
  timeoutMs = 30_000,
): Promise<readonly SymbolView[]> =>
  rig.until(
    `status of ${symbols.join(', ')}`,
    () => Promise.all(symbols.map((symbol) => statusOf(rig, symbol))),
    (views) => views.every(holds),
    timeoutMs,
  );

export const isHalted = ({ state }: SymbolView): boolean => state === 'halted';

/** Orders that could add risk and were sent after the oldest standing halt over their symbol. */
export const riskSentSinceHalt = (rig: Rig) =>
  rig.query(
    `SELECT i.client_order_id, i.state, i.sent_at, h.recorded_at FROM order_intents i JOIN halts h
      ON h.account = i.account AND h.cleared_at IS NULL
      AND (h.symbols IS NULL OR i.symbol = ANY (h.symbols))
    WHERE NOT i.reduce_only AND i.sent_at > h.recorded_at`,
  );
