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
  /** Of the worst trial, whatever opened the position. */
  readonly unprotectedSecondsMax: number;
  readonly unprotectedGridSecondsMax: number;
  readonly unprotectedScalpSecondsMax: number;
  /** Trades in all trials, by the strategy of their orders. */
  readonly gridFills: number;
  readonly scalpFills: number;
  /** Trials that did not decide anything within the limit; they are in no percentile. */
  readonly unrecovered: number;
  readonly recoverySecondsP50: number | null;
  readonly recoverySecondsP99: number | null;
  readonly tradingSecondsP99: number | null;
  /** By invariant, how many trials broke it. */
  readonly broken: Readonly<Record<string, number>>;
};

export function rowOf(killPoint: string, all: readonly Trial[]): ChaosRow {
  const counted = all.filter(({ hit }) => hit);
  const sum = (of: (trial: Trial) => number): number => all.reduce((n, trial) => n + of(trial), 0);
  const worst = (of: (trial: Trial) => number): number => Math.max(0, ...all.map(of));
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
    unprotectedSecondsMax: worst(
      ({ unprotected }) => unprotected.grid + unprotected.scalp + unprotected.other,
    ),
    unprotectedGridSecondsMax: worst(({ unprotected }) => unprotected.grid),
    unprotectedScalpSecondsMax: worst(({ unprotected }) => unprotected.scalp),
    gridFills: sum(({ fills }) => fills.grid),
    scalpFills: sum(({ fills }) => fills.scalp),
    unrecovered: all.filter(({ recoverySeconds }) => recoverySeconds === null).length,
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
  'unprotected s grid',
  'scalp',
  'fills grid',
  'scalp',
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
      row.unprotectedGridSecondsMax,
      row.unprotectedScalpSecondsMax,
      row.gridFills,
      row.scalpFills,
      row.recoverySecondsP50 ?? '-',
      row.recoverySecondsP99 ?? '-',
      row.tradingSecondsP99 ?? '-',
      Object.entries(row.broken)
        .map(([name, n]) => `${name}: ${n}`)
        .join(', ') || 'none',
    ]),
  );

/** A position may wait so long for its stop beyond what the fault itself takes (wall seconds). */
const UNPROTECTED_BEYOND_S = 1;
const RECOVERY_MAX_S = 60;

/** What of a point speaks against the product; nothing when it kept its promises. */
export function faultsOf(row: ChaosRow): readonly string[] {
  const bound = (row.recoverySecondsP99 ?? 0) + UNPROTECTED_BEYOND_S;
  const found: readonly (readonly [boolean, string])[] = [
    [row.duplicates > 0, `${row.duplicates} duplicates`],
    [row.lost > 0, `${row.lost} lost`],
    [Object.keys(row.broken).length > 0, `broken: ${Object.keys(row.broken).join(', ')}`],
    [row.unrecovered > 0, `${row.unrecovered} did not recover`],
    [row.unprotectedGridSecondsMax > 0, 'a grid without a stop'],
    [row.unprotectedScalpSecondsMax > bound, `a scalp without a stop for more than ${bound} s`],
    [(row.recoverySecondsP99 ?? 0) > RECOVERY_MAX_S, `recovery above ${RECOVERY_MAX_S} s`],
  ];
  return found.flatMap(([isSo, words]) => (isSo ? [words] : []));
}
