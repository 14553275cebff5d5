/** Builds the Temporal command from the Go module proxy; go.mod and go.sum pin every module. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { inMinutes, say, showProgress } from './progress.mjs';
import { outputOf, runQuietly } from './run-command.mjs';
import { TEMPORAL_VERSION } from './temporal-binary.mjs';

/** Packages of one build, for the estimate only. */
const PACKAGES_TYPICAL = 1_700;
const BUILD_PREFIX = 'build-';

export const goIsThere = () => outputOf('go', ['version']) !== undefined;

/** Builds beside the target and renames, so that a half-built file is never found there. */
export async function buildTemporal(root, target) {
  mkdirSync(dirname(target), { recursive: true });
  removeBrokenOff(dirname(target));
  const folder = mkdtempSync(join(dirname(target), BUILD_PREFIX));
  try {
    for (const file of ['go.mod', 'go.sum']) {
      copyFileSync(join(root, 'scripts', 'temporal', file), join(folder, file));
    }
    const result = await compile(folder);
    if (result.code !== 0) return { ok: false, tail: result.tail };
    chmodSync(join(folder, 'temporal'), 0o755);
    renameSync(join(folder, 'temporal'), target);
    return { ok: true };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a build left that was killed; the caller holds the lock, so nobody is in there. */
function removeBrokenOff(cache) {
  const left = readdirSync(cache).filter((name) => name.startsWith(BUILD_PREFIX));
  for (const name of left) rmSync(join(cache, name), { recursive: true, force: true });
}

async function compile(folder) {
  say(`building Temporal ${TEMPORAL_VERSION} with Go, once; this usually takes 5 to 7 minutes`);
  const startedAt = Date.now();
  const seen = { downloaded: 0, compiled: 0 };
  const progress = showProgress(() => describe(seen, Date.now() - startedAt));
  const version = `github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_VERSION}`;
  const result = await runQuietly(
    'go',
    [
      'build',
      '-v',
      '-mod=mod',
      '-trimpath',
      `-ldflags=-s -w -X ${version}`,
      '-o=temporal',
      'github.com/temporalio/cli/cmd/temporal',
    ],
    {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
      onLine: (line) => {
        if (line.startsWith('go: downloading')) seen.downloaded += 1;
        else seen.compiled += 1;
      },
    },
  );
  progress.stop();
  if (result.code === 0) say(`Temporal is built, in ${inMinutes(Date.now() - startedAt)}`);
  return result;
}

function describe({ downloaded, compiled }, elapsedMs) {
  const share = Math.min(99, Math.round((100 * compiled) / PACKAGES_TYPICAL));
  const done = compiled === 0 ? `${downloaded} modules downloaded` : `${share} % compiled`;
  return `building Temporal: ${done}, ${inMinutes(elapsedMs)} of usually 5 to 7 min`;
}
