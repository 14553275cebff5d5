/** Finds the file of a symbol in a folder of recorded bars. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export type FoundFile =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string };

const BAR_FILE = /\.csv(\.gz)?$/;
const NAMES_SHOWN = 6;

/**
 * The one `.csv` or `.csv.gz` whose name has the symbol as a word, as `BTCUSDT.csv` and
 * `binance_usdm_BTCUSDT_5m.csv.gz` have. None, several, and a folder that cannot be read are no file.
 */
export function findBarFile(folder: string, symbol: string): FoundFile {
  const names = readNames(folder);
  if ('reason' in names) return { ok: false, ...names };
  const matching = names.list.filter((name) => wordsOf(name).includes(symbol));
  const [first] = matching;
  if (first === undefined) return { ok: false, reason: `${folder} has none` };
  if (matching.length === 1) return { ok: true, path: join(folder, first) };
  const more = matching.length > NAMES_SHOWN ? ', …' : '';
  const shown = matching.slice(0, NAMES_SHOWN).join(', ');
  return { ok: false, reason: `${folder} has ${matching.length}: ${shown}${more}` };
}

function readNames(
  folder: string,
): { readonly list: readonly string[] } | { readonly reason: string } {
  try {
    return {
      list: readdirSync(folder)
        .filter((name) => BAR_FILE.test(name))
        .sort(),
    };
  } catch (error) {
    // The folder is the caller's: say which and why.
    return { reason: `${folder} cannot be read: ${String(error)}` };
  }
}

const wordsOf = (name: string): readonly string[] =>
  name
    .replace(BAR_FILE, '')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toUpperCase());
