/** What a bench is told on its command line, and where its figures go. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export type BenchOptions = {
  /** File for the figures as JSON. */
  readonly json: string | undefined;
  /** Fewer repetitions: under a minute. */
  readonly quick: boolean;
};

export function benchOptions(): BenchOptions {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  return { json: values.json, quick: values.quick };
}

export function writeFigures({ json }: BenchOptions, figures: unknown): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
}

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
