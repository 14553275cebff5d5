/** Exact decimals for the witness, of its own: it shares no arithmetic with what it checks. */

const DIGITS = 18;
const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Plain decimal text as an integer scaled by 1e18. Throws on anything else. */
export function decimal(text: string): bigint {
  const [, sign = '', whole, fraction = ''] = PLAIN.exec(text) ?? [];
  if (whole === undefined || fraction.length > DIGITS) throw new Error(`not a decimal: ${text}`);
  const scaled = BigInt(whole + fraction.padEnd(DIGITS, '0'));
  return sign === '-' ? -scaled : scaled;
}

/** Without trailing zeros. */
export function words(scaled: bigint): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '');
  const sign = scaled < 0n ? '-' : '';
  return `${sign}${digits.slice(0, -DIGITS)}${fraction === '' ? '' : `.${fraction}`}`;
}

export const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
export const abs = (value: bigint): bigint => (value < 0n ? -value : value);
