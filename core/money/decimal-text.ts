/** Canonical decimal text: how prices, quantities and money look at rest and on the wire. */

/** Decimal places of every fixed-scale integer in `core/money`. */
const SCALE_DIGITS = 12;
export const SCALE = 10n ** 12n;

const DECIMAL = /^(-?)(\d{1,24})(?:\.(\d{1,12}))?$/;

/**
 * Parses plain decimal text ("-0.015", at most 24 digits before and 12 after the point) to an
 * integer scaled by 1e12. Exponents, blanks, signs other than one leading minus and more than 12
 * decimals are refused: the caller gets undefined.
 */
export function parseDecimal(text: string): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const scaled = BigInt(whole) * SCALE + BigInt(fraction.padEnd(SCALE_DIGITS, '0'));
  return sign === '-' ? -scaled : scaled;
}

/** The canonical text of an integer scaled by 1e12: no exponent, no trailing zeros, no "-0". */
export function formatDecimal(scaled: bigint): string {
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(SCALE_DIGITS + 1, '0');
  const whole = digits.slice(0, -SCALE_DIGITS);
  const fraction = digits.slice(-SCALE_DIGITS).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Integer division with an explicit direction; `half` rounds halves away from zero. */
export function divide(
  numerator: bigint,
  denominator: bigint,
  rounding: 'down' | 'up' | 'half',
): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const negative = remainder < 0n !== denominator < 0n;
  if (rounding === 'down') return negative ? quotient - 1n : quotient;
  if (rounding === 'up') return negative ? quotient : quotient + 1n;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  const magnitude = denominator < 0n ? -denominator : denominator;
  if (twice < magnitude) return quotient;
  return negative ? quotient - 1n : quotient + 1n;
}
