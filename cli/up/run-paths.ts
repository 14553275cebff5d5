/** Where a run keeps its files, all under `data_dir`. */
import { join, resolve } from 'node:path';

export type RunPaths = ReturnType<typeof runPaths>;

export function runPaths(dataDir: string) {
  const root = resolve(dataDir);
  return {
    root,
    lock: join(root, 'supervisor.lock'),
    run: join(root, 'run.json'),
    installation: join(root, 'installation.json'),
    /** What the children read: every value decided, secrets included. */
    config: join(root, 'effective-config.json'),
    /** Which worker runs, see `cli/worker/predecessor.ts`. */
    worker: join(root, 'worker.json'),
    logs: join(root, 'logs'),
    postgres: join(root, 'pg'),
    temporal: join(root, 'temporal', 'temporal.sqlite'),
    venueJournal: join(root, 'venue', 'journal.ndjson'),
    /** The halt latch's host files. */
    halts: join(root, 'halts'),
  };
}
