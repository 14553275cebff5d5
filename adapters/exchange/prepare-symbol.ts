/** Puts a symbol into the mode that the strategies assume, and reads it back. */
import { VenueRejected, classifyFailure, writeError } from './errors.ts';
import type { VenueWire } from './venue-wire.ts';

/**
 * One-way, isolated, leverage set. What is right already is left alone, so that a restart with a
 * position changes nothing. Throws VenueRejected `SETTINGS_DIFFER` when the venue says otherwise
 * in the end, OutcomeUnknown when it could not be told.
 */
export async function prepareSymbol(
  wire: VenueWire,
  symbol: string,
  leverage: number,
): Promise<void> {
  const before = await readSettings(wire, symbol);
  if (!before.oneWay) await attempt(wire, wire.setOneWay());
  if (before.marginMode !== 'isolated') await attempt(wire, wire.setIsolated(symbol));
  if (before.leverage !== leverage) await attempt(wire, wire.setLeverage(symbol, leverage));
  // The mode is the account's, and dear to ask for (30 weight): again only if it was changed.
  const oneWay = before.oneWay || (await wire.oneWay());
  const after = { oneWay, ...(await wire.settings(symbol)) };
  if (after.oneWay && after.marginMode === 'isolated' && after.leverage === leverage) return;
  const found = `${after.oneWay ? 'one-way' : 'hedge'}, ${after.marginMode}, leverage ${after.leverage}`;
  throw new VenueRejected(
    'SETTINGS_DIFFER',
    `${symbol} is in ${found}; it must be one-way, isolated, leverage ${leverage}`,
  );
}

async function readSettings(wire: VenueWire, symbol: string) {
  const [oneWay, settings] = await Promise.all([wire.oneWay(), wire.settings(symbol)]);
  return { oneWay, ...settings };
}

/** "Nothing to change" is fine; the settings read back decide. */
const UNCHANGED_CODES = ['-4046', '-4059', 'LOCAL'];

async function attempt({ table }: VenueWire, change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    const { code } = classifyFailure(error, table.errors);
    if (code === null || !UNCHANGED_CODES.includes(code)) throw writeError(error, table.errors);
  }
}
