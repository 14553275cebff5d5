/** Who may call: the keys of the options and of the keys file, and the accounts that come with them. */
import { feesOfTier } from './fee-tiers.ts';
import { readKeys } from './keys-file.ts';
import type { AccountSettings, VenueSettings } from './options.ts';
import type { Credential } from './signature.ts';

/** Opens an account that is new, and gives one that is known its fees. */
export type OpenAccount = (account: AccountSettings) => void;

/** A file that was just read is not read again for the next wrong key. */
const REREAD_MS = 200;

export class Credentials {
  readonly #keysPath: string | undefined;
  readonly #wallClock: () => number;
  readonly #openAccount: OpenAccount;
  readonly #byKey: Map<string, Credential>;
  #readAt = 0;

  /** Throws an Error on a keys file that is not valid. */
  constructor(settings: VenueSettings, wallClock: () => number, openAccount: OpenAccount) {
    this.#keysPath = settings.keysPath;
    this.#wallClock = wallClock;
    this.#openAccount = openAccount;
    this.#byKey = new Map(settings.apiKeys.map((key) => [key.apiKey, key]));
    for (const account of settings.accounts) openAccount(account);
    this.#read();
  }

  find(apiKey: string): Credential | undefined {
    const known = this.#byKey.get(apiKey);
    if (known !== undefined || this.#keysPath === undefined) return known;
    if (this.#wallClock() - this.#readAt >= REREAD_MS) this.#readAgain();
    return this.#byKey.get(apiKey);
  }

  /** A file that somebody spoiled leaves the keys as they are. */
  #readAgain(): void {
    try {
      this.#read();
    } catch {
      this.#readAt = this.#wallClock();
    }
  }

  #read(): void {
    this.#readAt = this.#wallClock();
    const { accounts, keys } = readKeys(this.#keysPath);
    for (const account of accounts) this.#openAccount(account);
    const known = new Set(accounts.map(({ id }) => id));
    for (const key of keys) if (known.has(key.account)) this.#byKey.set(key.apiKey, key);
  }
}

/** What the account pays, its own figures before those of its level. */
export function feesOf({ feeTier, makerFeeBps, takerFeeBps }: AccountSettings) {
  const tier = feesOfTier(feeTier);
  return {
    makerFeeBps: makerFeeBps ?? tier.makerFeeBps,
    takerFeeBps: takerFeeBps ?? tier.takerFeeBps,
  };
}
