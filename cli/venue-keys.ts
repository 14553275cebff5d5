/** `tidegate venue keys add|list|remove`: API keys of the paper venue and the accounts behind them. */
import { randomBytes } from 'node:crypto';
import { HIGHEST_FEE_TIER } from '../venue/fee-tiers.ts';
import { readKeys, writeKeys } from '../venue/keys-file.ts';
import type { KeyRing } from '../venue/keys-file.ts';
import type { AccountSettings, ApiKeySettings } from '../venue/options.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { requireConfig } from './options.ts';
import type { Options } from './options.ts';
import { venueFiles } from './venue-files.ts';

const ACCOUNT = /^[a-z][a-z0-9-]{0,31}$/;
const BALANCE = /^\d{1,12}(\.\d{1,8})?$/;

export function runVenueKeys([action, apiKey]: readonly string[], options: Options): number {
  const { keys: path } = venueFiles(requireConfig(options).config);
  const ring = readKeys(path);
  switch (action) {
    case 'add':
      return add(path, ring, options);
    case 'list':
      return list(ring, options);
    case 'remove':
      return remove(path, ring, apiKey);
    default:
      throw new CommandError('venue keys: expected add, list or remove', EXIT.usage);
  }
}

/** A venue that runs knows the key at its first call. */
function add(path: string, ring: KeyRing, options: Options): number {
  const account = accountOf(ring, options);
  const key: ApiKeySettings = {
    apiKey: randomBytes(32).toString('hex'),
    secret: randomBytes(32).toString('hex'),
    account: account.id,
  };
  const others = ring.accounts.filter(({ id }) => id !== account.id);
  writeKeys(path, { accounts: [...others, account], keys: [...ring.keys, key] });
  if (options.json === true) print({ ...key, balance: account.balance, feeTier: account.feeTier });
  else {
    process.stdout.write(
      `account  ${key.account}\napi key  ${key.apiKey}\nsecret   ${key.secret}\n`,
    );
  }
  return EXIT.ok;
}

/** The account as it is, with what the flags change; its balance counts when it is opened. */
function accountOf(ring: KeyRing, options: Options): AccountSettings {
  const id = options.account ?? '';
  if (!ACCOUNT.test(id)) {
    const range = 'lower-case letters, digits and hyphens, at most 32';
    throw new CommandError(`--account ${id}: expected ${range}`, EXIT.usage);
  }
  const known = ring.accounts.find((account) => account.id === id);
  const balance = options.balance ?? known?.balance ?? '10000';
  if (!BALANCE.test(balance)) {
    throw new CommandError(`--balance ${balance}: expected USDT, e.g. 10000`, EXIT.usage);
  }
  return { ...known, id, balance, feeTier: tierOf(options) ?? known?.feeTier ?? 0 };
}

function tierOf(options: Options): number | undefined {
  const text = options['fee-tier'];
  if (text === undefined) return undefined;
  const tier = Number(text);
  if (Number.isInteger(tier) && tier >= 0 && tier <= HIGHEST_FEE_TIER) return tier;
  throw new CommandError(`--fee-tier ${text}: expected 0 to ${HIGHEST_FEE_TIER}`, EXIT.usage);
}

/** Secrets are shown once, when they are made. */
function list({ accounts, keys }: KeyRing, options: Options): number {
  const rows = keys.map(({ apiKey, account }) => {
    const { balance, feeTier } = accounts.find(({ id }) => id === account) ?? {};
    return { account, apiKey, balance, feeTier };
  });
  if (options.json === true) print(rows);
  else for (const row of rows) process.stdout.write(`${row.account}  ${row.apiKey}\n`);
  return EXIT.ok;
}

/** A venue that runs forgets the key at its next start. */
function remove(path: string, ring: KeyRing, apiKey: string | undefined): number {
  const left = ring.keys.filter((key) => key.apiKey !== apiKey);
  if (left.length === ring.keys.length) {
    throw new CommandError(`venue keys remove: no key ${apiKey ?? ''}`, EXIT.usage);
  }
  writeKeys(path, { accounts: ring.accounts, keys: left });
  return EXIT.ok;
}

const print = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
};
