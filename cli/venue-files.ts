/** What the paper venue keeps beside its journal. */
import { dirname, join } from 'node:path';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import { runPaths } from './up/run-paths.ts';

export function venueFiles(config: TidegateConfig) {
  const journal = runPaths(config.dataDir).venueJournal;
  const folder = dirname(journal);
  return {
    folder,
    journal,
    /** Accounts and API keys that `venue keys add` made. */
    keys: join(folder, 'keys.json'),
    /** Where the admin port of the venue that runs is, and its token. */
    admin: join(folder, 'admin.json'),
  };
}
