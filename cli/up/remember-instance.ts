/** Notes the account's instance on this host, so that a stop without PostgreSQL knows its own orders. */
import { createPool } from '../../adapters/postgres/pool.ts';
import { instanceOf } from '../../adapters/postgres/symbol-epochs.ts';
import { writeInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

/** Rejects when PostgreSQL, which has just been migrated, does not answer. */
export async function rememberInstance(
  path: string,
  installation: Installation,
  { url, mode }: { readonly url: string; readonly mode: string },
): Promise<void> {
  const pool = createPool({ connectionString: url, applicationName: 'tidegate-up' });
  try {
    const instance = await instanceOf(pool, mode, installation.account);
    writeInstallation(path, { ...installation, instance });
  } finally {
    await pool.end();
  }
}
