/** Makes the Temporal command available: found, downloaded or built, in that order. */
import { withLock } from './file-lock.mjs';
import { say } from './progress.mjs';
import { Unmet } from './run-command.mjs';
import {
  cachedTemporal,
  findTemporal,
  TEMPORAL_VERSION,
  temporalCacheFolder,
} from './temporal-binary.mjs';
import { buildTemporal, goIsThere } from './temporal-build.mjs';
import { downloadTemporal } from './temporal-download.mjs';

/** Path of the command; throws `Unmet` with the remedies when there is no way to have it. */
export async function ensureTemporal(root) {
  const found = findTemporal();
  if (found !== undefined) return found;
  return withLock(
    `${temporalCacheFolder()}.lock`,
    () => findTemporal() ?? obtain(root, cachedTemporal()),
    (pid, file) =>
      say(
        `process ${pid} is building Temporal ${TEMPORAL_VERSION}; waiting for it (its lock: ${file})`,
      ),
  );
}

async function obtain(root, target) {
  if (await downloadTemporal(target)) return target;
  if (!goIsThere()) throw new Unmet(remedies('There is no Go toolchain to build it with.'));
  const built = await buildTemporal(root, target);
  if (built.ok) return target;
  throw new Unmet(remedies(`The build failed:\n  ${built.tail.slice(-8).join('\n  ')}\n`));
}

const remedies = (reason) =>
  [
    `Tidegate needs Temporal ${TEMPORAL_VERSION} or later, and none was found. ${reason}`,
    'Any one of these helps:',
    `  - put a "temporal" command of at least ${TEMPORAL_VERSION} on PATH`,
    `  - put that command at ${cachedTemporal()}`,
    '  - install Go (https://go.dev); the next start then builds it from the Go module proxy',
    '  - set TEMPORAL_ADDRESS=host:port to use a Temporal server of your own (npm start only)',
  ].join('\n');
