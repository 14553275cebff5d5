/**
 * API keys and accounts in a file of their own, so that a command can add them while the venue runs.
 * The venue reads it when it starts and when it meets a key that it does not know.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { account, apiKey } from './options.ts';
import type { AccountSettings, ApiKeySettings } from './options.ts';

const keysFile = z.object({
  version: z.literal(1),
  accounts: z.array(account),
  keys: z.array(apiKey),
});

export type KeyRing = {
  readonly accounts: readonly AccountSettings[];
  readonly keys: readonly ApiKeySettings[];
};

const EMPTY: KeyRing = { accounts: [], keys: [] };

/** Empty when there is no file; throws an Error that names what is wrong with one. */
export function readKeys(path: string | undefined): KeyRing {
  if (path === undefined || !existsSync(path)) return EMPTY;
  const parsed = keysFile.safeParse(parsedOf(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Replaces the file at once; only its owner may read it. */
export function writeKeys(path: string, { accounts, keys }: KeyRing): void {
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify({ version: 1, accounts, keys }, undefined, 2)}\n`, {
    mode: 0o600,
  });
  chmodSync(next, 0o600);
  renameSync(next, path);
}
