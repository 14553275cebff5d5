/** What `npm run chaos` is told on its command line. */
import { parseArgs } from 'node:util';

export type ChaosOptions = {
  /** Counted trials a point; without an end when only the minutes are given. */
  readonly trials: number;
  readonly seed: number;
  /** Names of kill points; none means all. */
  readonly points: readonly string[];
  /** No trial begins later than this after the start. */
  readonly minutes: number;
  /** Stacks side by side. */
  readonly jobs: number;
  /** Seconds for which PostgreSQL, a connection or Temporal is gone. */
  readonly outageS: number;
  /** File for the rows. */
  readonly json: string | undefined;
};

const NUMBERS = {
  trials: { min: 1, max: 100_000, default: 10 },
  seed: { min: 0, max: 2 ** 32 - 1, default: 1 },
  minutes: { min: 1, max: 10_080, default: 60 },
  jobs: { min: 1, max: 16, default: 2 },
  outage: { min: 1, max: 600, default: 60 },
} as const;

/** Throws with the name, the value and the range of what is wrong. */
export function chaosOptions(args: readonly string[], known: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      trials: { type: 'string' },
      seed: { type: 'string' },
      points: { type: 'string' },
      minutes: { type: 'string' },
      jobs: { type: 'string' },
      outage: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const whole = (name: keyof typeof NUMBERS): number => {
    const { min, max, default: usual } = NUMBERS[name];
    const value = values[name] === undefined ? usual : Number(values[name]);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new Error(`--${name}: a whole number from ${min} to ${max}, not "${values[name]}"`);
  };
  return {
    trials:
      values.trials === undefined && values.minutes !== undefined
        ? Number.POSITIVE_INFINITY
        : whole('trials'),
    seed: whole('seed'),
    points: pointsOf(values.points, known),
    minutes: whole('minutes'),
    jobs: whole('jobs'),
    outageS: whole('outage'),
    json: values.json,
  };
}

function pointsOf(text: string | undefined, known: readonly string[]): readonly string[] {
  if (text === undefined) return known;
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length === 0) return wanted;
  throw new Error(`--points: "${unknown.join(', ')}"; there are ${known.join(', ')}`);
}
