/** A venue connection that is opened when it is needed, again after each failure. */
import type { ExchangeGateway } from '../adapters/ports.ts';
import type { VenueAccess } from './ports.ts';

export type LazyVenue = VenueAccess & { readonly close: () => Promise<void> };

/** Opens at once in the background, so that the API starts, and can stop, without the venue. */
export function createLazyVenue(open: () => Promise<ExchangeGateway>): LazyVenue {
  let opened: Promise<ExchangeGateway> | undefined;

  function gateway(): Promise<ExchangeGateway> {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  // Who asks while it fails learns it from its own call.
  gateway().catch(() => undefined);
  return {
    openOrders: async (symbol) => (await gateway()).openOrders(symbol),
    openOrdersAll: async () => (await gateway()).openOrdersAll(),
    cancel: async (symbol, id, conditional) => (await gateway()).cancel(symbol, id, conditional),
    cancelAll: async (symbol) => (await gateway()).cancelAll(symbol),
    equity: async () => (await gateway()).equity(),
    quote: async (symbol) => (await gateway()).quote(symbol),
    close: async () => {
      const open = await opened?.catch(() => undefined);
      await open?.close();
    },
  };
}
