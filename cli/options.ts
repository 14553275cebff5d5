/** Flags that every command shares, and the configuration they lead to. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../adapters/config/load-config.ts';
import type { LoadResult, TidegateConfig } from '../adapters/config/load-config.ts';
import { nearestName } from '../adapters/config/suggestion.ts';
import { describeProblem } from '../adapters/config/problems.ts';
import { CommandError, EXIT } from './exit-codes.ts';

const FLAGS = {
  config: { type: 'string' },
  set: { type: 'string', multiple: true },
  symbols: { type: 'string' },
  speed: { type: 'string' },
  seed: { type: 'string' },
  source: { type: 'string' },
  'replay-dir': { type: 'string' },
  'replay-from': { type: 'string' },
  'replay-to': { type: 'string' },
  reset: { type: 'boolean' },
  yes: { type: 'boolean' },
  verbose: { type: 'boolean' },
  json: { type: 'boolean' },
  reason: { type: 'string' },
  account: { type: 'string' },
  balance: { type: 'string' },
  'fee-tier': { type: 'string' },
  journal: { type: 'string' },
  faults: { type: 'string' },
  sync: { type: 'string' },
  level: { type: 'string' },
  direct: { type: 'boolean' },
  'all-orders': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type Options = {
  readonly [K in keyof typeof FLAGS]?: K extends 'set'
    ? readonly string[]
    : (typeof FLAGS)[K]['type'] extends 'boolean'
      ? boolean
      : string;
};

export type Arguments = { readonly options: Options; readonly words: readonly string[] };

/** Throws CommandError on a flag that does not exist. */
export function parseArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: FLAGS,
      allowPositionals: true,
    });
    return { options: values, words: positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(`${error.message.split('. ')[0]}.${hint(argv)}`, EXIT.usage);
  }
}

function hint(argv: readonly string[]): string {
  const known = Object.keys(FLAGS);
  const wrong = argv
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2).split('=')[0] ?? '')
    .find((name) => !known.includes(name));
  const guess = wrong === undefined ? undefined : nearestName(wrong, known);
  return guess === undefined ? '' : ` Did you mean --${guess}?`;
}

/** Short flags for the keys that a first user wants; `--set path=value` reaches every other one. */
const SHORT = {
  symbols: 'symbols',
  speed: 'market.speed',
  seed: 'market.seed',
  source: 'market.source',
  'replay-dir': 'market.replay_dir',
  'replay-from': 'market.replay_from',
  'replay-to': 'market.replay_to',
} as const;

function flagValues(options: Options): Record<string, string> {
  const values: Record<string, string> = {};
  for (const assignment of options.set ?? []) {
    const at = assignment.indexOf('=');
    if (at < 1) throw new CommandError(`--set ${assignment}: expected path=value`, EXIT.usage);
    values[assignment.slice(0, at)] = assignment.slice(at + 1);
  }
  for (const [name, path] of Object.entries(SHORT)) {
    const value = options[name as keyof typeof SHORT];
    if (value !== undefined) values[path] = value;
  }
  return values;
}

const DEFAULT_FILES = ['tidegate.yaml', 'tidegate.yml', 'tidegate.json'];

/** The configuration of this process; a file is found in the working folder, and none is needed. */
export function readConfig(options: Options): LoadResult {
  const file = options.config ?? DEFAULT_FILES.find((name) => existsSync(name));
  const place = file === undefined ? {} : { file: resolve(file) };
  return loadConfig({ ...place, env: process.env, flags: flagValues(options) });
}

/** The same, for commands that cannot go on without: throws CommandError that names each problem. */
export function requireConfig(options: Options): Extract<LoadResult, { ok: true }> {
  const result = readConfig(options);
  if (result.ok) return result;
  const problems = result.problems.map((problem) => `\n  ${describeProblem(problem)}`);
  throw new CommandError(`the configuration is not valid:${problems.join('')}`, EXIT.config);
}

export const apiOrigin = ({ bindAddress, ports }: TidegateConfig): string => {
  const everywhere = bindAddress === '0.0.0.0' || bindAddress === '::';
  const host = everywhere ? '127.0.0.1' : bindAddress;
  return `http://${host.includes(':') ? `[${host}]` : host}:${ports.api}`;
};
