/** Request parameters: typed reads that answer Binance's errors. */
import { parseDecimal } from '../core/money/decimal-text.ts';
import { illegalParameter, malformedParameter, missingParameter, VenueError } from './errors.ts';

/** The parameters of one request; the first value of a repeated name counts. */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Iterable<readonly [string, string]>) {
    const map = new Map<string, string>();
    for (const [name, value] of values) if (!map.has(name)) map.set(name, value);
    this.#values = map;
  }

  /** The text, or undefined when absent or empty. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === undefined || value === '' ? undefined : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw missingParameter(name);
    return value;
  }

  /** A whole number of at most 16 digits (ids, times, limits). */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,16}$/.test(value)) throw illegalParameter(name);
    return Number(value);
  }

  /** Plain decimal text; -1100 on exponents, blanks and letters. */
  decimal(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (parseDecimal(value) === undefined) throw illegalParameter(name);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value === 'true') return true;
    if (value === 'false') return false;
    throw malformedParameter(name);
  }

  /** One of the given texts; the code and text of the refusal are Binance's for that field. */
  oneOf<T extends string>(name: string, allowed: readonly T[], code: number, text: string): T {
    const value = this.required(name);
    const found = allowed.find((entry) => entry === value);
    if (found === undefined) throw new VenueError(code, text);
    return found;
  }

  /** `limit` within 1…max, with a default. */
  limit(fallback: number, max: number): number {
    const value = this.integer('limit') ?? fallback;
    if (value < 1) throw malformedParameter('limit');
    return Math.min(value, max);
  }
}
