/** What the children read: every value decided, so that all of them, also restarted ones, agree. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ConfigFile } from '../../adapters/config/schema.ts';

export type Decided = {
  readonly account: string;
  readonly symbols: readonly string[];
  readonly dataDir: string;
  readonly postgresUrl: string;
  readonly temporalAddress: string;
};

/** Readable by its owner only: it holds the database's password. */
export function writeEffectiveConfig(path: string, values: ConfigFile, decided: Decided): void {
  const effective: ConfigFile = {
    ...values,
    symbols: [...decided.symbols],
    data_dir: decided.dataDir,
    account: { ...values.account, name: decided.account },
    postgres: { ...values.postgres, url: decided.postgresUrl },
    temporal: { ...values.temporal, address: decided.temporalAddress },
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(effective, undefined, 2), { mode: 0o600 });
  chmodSync(path, 0o600);
}

/** Our environment without what would change the children's configuration behind the file's back. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const decidedInFile = new Set(['DATABASE_URL', 'TEMPORAL_ADDRESS']);
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !name.startsWith('TIDEGATE__') && !decidedInFile.has(name),
    ),
  );
}
