/** What this installation remembers between starts: its paper account, its instance, and the symbols ever started. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const installation = z.object({
  account: z.string(),
  symbols: z.array(z.string()),
  /** What the client order ids of the account carry; known once PostgreSQL was up. */
  instance: z
    .string()
    .regex(/^[0-9a-z]{4}$/)
    .exactOptional(),
});
export type Installation = z.output<typeof installation>;

/** Undefined before the first start. Throws on a file that was damaged: guessing would mix accounts. */
export function readInstallation(path: string): Installation | undefined {
  try {
    return installation.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${path} is damaged; mend it or move it away`, { cause: error });
  }
}

export function writeInstallation(path: string, value: Installation): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}

type Wanted = {
  readonly account: string;
  /** True when a person named the account: then it is taken as it is. */
  readonly accountIsChosen: boolean;
  readonly symbols: readonly string[];
  readonly reset: boolean;
};

/** A start adds symbols and never removes one; a reset opens the next account and forgets symbols. */
export function nextInstallation(known: Installation | undefined, wanted: Wanted): Installation {
  const symbols = [...wanted.symbols];
  if (known === undefined) return { account: wanted.account, symbols };
  if (wanted.reset) return { account: accountAfter(known.account), symbols };
  const account = wanted.accountIsChosen ? wanted.account : known.account;
  if (account !== known.account) return { account, symbols: [...new Set(symbols)] };
  return { ...known, symbols: [...new Set([...known.symbols, ...symbols])] };
}

/** The instance of an account as far as this host remembers it; null when it does not. */
export function rememberedInstance(path: string, account: string): string | null {
  try {
    const known = readInstallation(path);
    return known?.account === account ? (known.instance ?? null) : null;
  } catch {
    // Damaged: a stop goes on without.
    return null;
  }
}

/** `paper` is followed by `paper-2`, and that by `paper-3`. */
function accountAfter(account: string): string {
  const [, stem = account, number = '1'] = /^(.*?)(?:-(\d+))?$/.exec(account) ?? [];
  return `${stem}-${Number(number) + 1}`;
}
