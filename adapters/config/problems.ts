/** What is wrong with a configuration, each problem with path, value, range and where it was written. */
import type { z } from 'zod';
import { isSection, keysAt, metaAt } from './paths.ts';
import type { Json } from './paths.ts';
import { configSchema } from './schema.ts';
import { nearestName } from './suggestion.ts';

export type ConfigProblem = {
  /** Dotted path in the file's own names, e.g. `flow_trading.grid.levels`. */
  readonly path: string;
  /** The value as JSON text; a secret is not shown. */
  readonly value: string;
  /** What is allowed, in words. */
  readonly range: string;
  /** Where it was written: a file's name, a variable's name, a flag. */
  readonly source: string;
  readonly didYouMean?: string;
};

type Written = { readonly values: Json; readonly sourceOf: (path: string) => string };

export const problemsOf = (error: z.ZodError, written: Written): ConfigProblem[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey([...issue.path, key], written))
      : [wrongValue(issue.path, written)],
  );

function unknownKey(keys: readonly PropertyKey[], written: Written): ConfigProblem {
  const known = keysAt(configSchema, keys.slice(0, -1));
  const path = keys.join('.');
  const guess = nearestName(String(keys.at(-1)), known);
  return {
    path,
    value: shown(valueAt(written.values, keys), false),
    range: `a known key: ${known.join(', ')}`,
    source: written.sourceOf(path),
    ...(guess === undefined ? {} : { didYouMean: [...keys.slice(0, -1), guess].join('.') }),
  };
}

function wrongValue(keys: readonly PropertyKey[], written: Written): ConfigProblem {
  const meta = leafMeta(keys);
  const path = keys.join('.');
  return {
    path,
    value: shown(valueAt(written.values, keys), meta?.secret === true),
    range: meta?.range ?? sectionRange(keys),
    source: written.sourceOf(path),
  };
}

/** A problem inside a list is told with the list's own range. */
const leafMeta = (keys: readonly PropertyKey[]) =>
  metaAt(configSchema, keys) ?? metaAt(configSchema, keys.slice(0, -1));

function sectionRange(keys: readonly PropertyKey[]): string {
  if (keys[0] === 'symbol_overrides') return 'a section under a venue symbol such as BTCUSDT';
  const known = keysAt(configSchema, keys);
  return known.length === 0 ? 'a section' : `a section with ${known.join(', ')}`;
}

function valueAt(values: unknown, keys: readonly PropertyKey[]): unknown {
  let inner = values;
  for (const key of keys) {
    if (Array.isArray(inner)) inner = inner[Number(key)] as unknown;
    else inner = isSection(inner) ? inner[String(key)] : undefined;
  }
  return inner;
}

const shown = (value: unknown, secret: boolean): string =>
  secret ? '(hidden)' : (JSON.stringify(value) ?? 'nothing');

/** One line for people. */
export function describeProblem(problem: ConfigProblem): string {
  const hint = problem.didYouMean === undefined ? '' : ` Did you mean ${problem.didYouMean}?`;
  return `${problem.path}: ${problem.value} is not allowed; expected ${problem.range} (${problem.source}).${hint}`;
}
