/** Trials of a point summed up, and the table of all points. */
import { summarise } from '../bench/harness/quantiles.ts';
import { table } from '../bench/harness/table.ts';
import type { Trial } from './trial.ts';

export type ChaosRow = {
  readonly killPoint: string;
  readonly trials: number;
  /** Kills that did not hit their point and were repeated. */
  readonly missed: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly unprotectedSecondsMax: number;
  readonly recoverySecondsP50: number | null;
  readonly recoverySecondsP99: number | null;
  readonly tradingSecondsP99: number | null;
  /** By invariant, how many trials broke it. */
  readonly broken: Readonly<Record<string, number>>;
};

export function rowOf(killPoint: string, all: readonly Trial[]): ChaosRow {
  const counted = all.filter(({ hit }) => hit);
  const sum = (of: (trial: Trial) => number): number => all.reduce((n, trial) => n + of(trial), 0);
  const quantile = (of: (trial: Trial) => number | null, at: 'p50' | 'p99'): number | null => {
    const values = counted.map(of).filter((value) => value !== null);
    return values.length === 0 ? null : summarise(values)[at];
  };
  const broken: Record<string, number> = {};
  for (const { violations } of all)
    for (const name of new Set(violations.map(({ invariant }) => invariant)))
      broken[name] = (broken[name] ?? 0) + 1;
  return {
    killPoint,
    trials: counted.length,
    missed: all.length - counted.length,
    duplicates: sum(({ duplicates }) => duplicates),
    lost: sum(({ lost }) => lost),
    unprotectedSecondsMax: Math.max(0, ...all.map((trial) => trial.unprotectedSeconds)),
    recoverySecondsP50: quantile((trial) => trial.recoverySeconds, 'p50'),
    recoverySecondsP99: quantile((trial) => trial.recoverySeconds, 'p99'),
    tradingSecondsP99: quantile((trial) => trial.tradingSeconds, 'p99'),
    broken,
  };
}

const HEAD = [
  'kill point',
  'trials',
  'missed',
  'duplicates',
  'lost',
  'unprotected s max',
  'recovery s p50',
  'p99',
  'trading s p99',
  'broken',
];

export const showRows = (rows: readonly ChaosRow[]): string =>
  table(
    'Chaos',
    HEAD,
    rows.map((row) => [
      row.killPoint,
      row.trials,
      row.missed,
      row.duplicates,
      row.lost,
      row.unprotectedSecondsMax,
      row.recoverySecondsP50 ?? '-',
      row.recoverySecondsP99 ?? '-',
      row.tradingSecondsP99 ?? '-',
      Object.entries(row.broken)
        .map(([name, n]) => `${name}: ${n}`)
        .join(', ') || 'none',
    ]),
  );

export const isSound = (row: ChaosRow): boolean =>
  row.duplicates === 0 && row.lost === 0 && Object.keys(row.broken).length === 0;
