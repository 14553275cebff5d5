/** Listen keys of the user data streams: one per account, alive for an hour of wall time. */
import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../../core/market/market.ts';
import { VenueError } from '../errors.ts';

type ListenKey = { readonly key: string; readonly account: string; expiresAt: EpochMs };

export class ListenKeys {
  readonly #ttlMs: number;
  readonly #wallClock: () => EpochMs;
  readonly #byAccount = new Map<string, ListenKey>();

  constructor(ttlMs: number, wallClock: () => EpochMs) {
    this.#ttlMs = ttlMs;
    this.#wallClock = wallClock;
  }

  /** The account's key, made or renewed. */
  create(account: string): string {
    const existing = this.#alive(account);
    if (existing !== undefined) return this.#renew(existing);
    const key = randomBytes(32).toString('hex');
    this.#byAccount.set(account, { key, account, expiresAt: this.#wallClock() + this.#ttlMs });
    return key;
  }

  /** Renews the account's key; -1125 when it has none. */
  renew(account: string): string {
    const existing = this.#alive(account);
    if (existing === undefined) throw new VenueError(-1125, 'This listenKey does not exist.');
    return this.#renew(existing);
  }

  remove(account: string): void {
    this.#byAccount.delete(account);
  }

  /** The account that a key listens for; undefined when the key is not alive. */
  accountOf(key: string): string | undefined {
    const found = [...this.#byAccount.values()].find((entry) => entry.key === key);
    return found === undefined ? undefined : this.#alive(found.account)?.account;
  }

  /** Removes keys past their time and answers them. */
  takeExpired(): { readonly key: string; readonly account: string }[] {
    const now = this.#wallClock();
    const expired = [...this.#byAccount.values()].filter((entry) => entry.expiresAt <= now);
    for (const entry of expired) this.#byAccount.delete(entry.account);
    return expired;
  }

  /** Ends keys before their time: an account's, or all. */
  end(account: string | undefined): { readonly key: string; readonly account: string }[] {
    const ended = [...this.#byAccount.values()].filter(
      (entry) => account === undefined || entry.account === account,
    );
    for (const entry of ended) this.#byAccount.delete(entry.account);
    return ended;
  }

  #alive(account: string): ListenKey | undefined {
    const entry = this.#byAccount.get(account);
    return entry !== undefined && entry.expiresAt > this.#wallClock() ? entry : undefined;
  }

  #renew(entry: ListenKey): string {
    entry.expiresAt = this.#wallClock() + this.#ttlMs;
    return entry.key;
  }
}
