/** `tidegate config show` and `config check`. */
import { describeConfig } from '../adapters/config/load-config.ts';
import { describeProblem } from '../adapters/config/problems.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { readMarket } from './market.ts';
import { readConfig, requireConfig } from './options.ts';
import type { Options } from './options.ts';

export function runConfig(words: readonly string[], options: Options): number {
  switch (words[0] ?? 'show') {
    case 'show':
      return show(options);
    case 'check':
      return check(options);
    default:
      throw new CommandError(`config ${words[0]}: expected show or check`, EXIT.usage);
  }
}

function show(options: Options): number {
  const { values, origins } = requireConfig(options);
  const rows = describeConfig(values, origins);
  if (options.json === true) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else {
    for (const { path, value, source, description } of rows) {
      process.stdout.write(`${path}: ${JSON.stringify(value)}  [${source}]  ${description}\n`);
    }
  }
  return EXIT.ok;
}

function check(options: Options): number {
  const loaded = readConfig(options);
  const result = loaded.ok ? readMarket(loaded) : loaded;
  const problems = result.ok ? [] : result.problems;
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ ok: result.ok, problems }, undefined, 2)}\n`);
  } else {
    const lines = result.ok ? ['the configuration is valid'] : problems.map(describeProblem);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return result.ok ? EXIT.ok : EXIT.config;
}
