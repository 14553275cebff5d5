/** Symbols as people write them: `BTCUSDT`, or ccxt's `BTC/USDT:USDT`. */

export const SYMBOL_RANGE = 'a symbol such as BTCUSDT or BTC/USDT:USDT';

const VENUE_FORM = /^[A-Z0-9]{2,20}(_[0-9]{6})?$/;
const UNIFIED_FORM = /^([A-Z0-9]{1,12})\/([A-Z0-9]{2,8}):([A-Z0-9]{2,8})$/;

/** The venue's own id; undefined for a text that is not a symbol. */
export function parseSymbol(text: string): string | undefined {
  if (VENUE_FORM.test(text)) return text;
  const [, base, quote, settle] = UNIFIED_FORM.exec(text) ?? [];
  if (base === undefined || quote === undefined || quote !== settle) return undefined;
  return `${base}${quote}`;
}
