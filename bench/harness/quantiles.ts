/** Quantiles of measured values, without interpolation: each one was really measured. */

export type Summary = {
  readonly n: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
};

export const QUANTILES = ['p50', 'p90', 'p99'] as const;
export type Quantile = (typeof QUANTILES)[number];

/** Throws on an empty list: a figure without measurements is a failure of the bench. */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    n: sorted.length,
    p50: round(at(0.5)),
    p90: round(at(0.9)),
    p99: round(at(0.99)),
    min: round(sorted[0] ?? 0),
    max: round(sorted.at(-1) ?? 0),
  };
}

/** `a` over `b`, quantile by quantile. */
export function ratios(a: Summary, b: Summary): Readonly<Record<Quantile, number>> {
  return {
    p50: round(a.p50 / b.p50),
    p90: round(a.p90 / b.p90),
    p99: round(a.p99 / b.p99),
  };
}

/** Middle value of the per-block figures: one disturbed block does not move it. */
export function median(values: readonly number[]): number {
  return summarise(values).p50;
}

export const round = (value: number): number => Math.round(value * 100) / 100;
