/** What the flags of `stop`, `pause` and `resume` ask for. */
import { parseSymbol, SYMBOL_RANGE } from '../../api/symbol-text.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Options } from '../options.ts';

/** Undefined: every symbol. Throws CommandError on a text that is none. */
export function symbolsOf({ symbols }: Options): readonly string[] | undefined {
  if (symbols === undefined) return undefined;
  const names = symbols.split(',').map((text) => {
    const symbol = parseSymbol(text.trim());
    if (symbol !== undefined) return symbol;
    throw new CommandError(`--symbols ${text}: expected ${SYMBOL_RANGE}`, EXIT.usage);
  });
  return [...new Set(names)];
}

/** `--level`, one of the given; the first one when it is not set. Throws CommandError. */
export function levelOf<Level extends string>(
  { level }: Options,
  levels: readonly [Level, ...Level[]],
): Level {
  if (level === undefined) return levels[0];
  const known = levels.find((one) => one === level.toUpperCase().replaceAll('-', '_'));
  if (known !== undefined) return known;
  throw new CommandError(`--level ${level}: expected ${levels.join(', ')}`, EXIT.usage);
}
