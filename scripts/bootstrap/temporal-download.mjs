/** The official Temporal archive, taken only where its SHA-256 is known beforehand. */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { outputOf } from './run-command.mjs';
import { TEMPORAL_VERSION } from './temporal-binary.mjs';

/**
 * SHA-256 of `temporal_cli_<version>_<platform>_<arch>.tar.gz`, by `<platform>_<arch>`. Empty until a
 * hash has been verified against the publisher's own list: without one nothing is downloaded.
 */
const PINNED_SHA256 = {};

const CONNECT_LIMIT_MS = 5_000;
const DOWNLOAD_LIMIT_MS = 300_000;

/** True when the binary lies at `target`; false when this way is not open. */
export async function downloadTemporal(
  target,
  { hashes = PINNED_SHA256, base = officialBase } = {},
) {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const expected = hashes[platform];
  if (expected === undefined) return false;
  const archive = await fetchArchive(`${base}/temporal_cli_${TEMPORAL_VERSION}_${platform}.tar.gz`);
  if (archive === undefined) return false;
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== expected) return false;
  return unpack(archive, target);
}

const officialBase = `https://github.com/temporalio/cli/releases/download/v${TEMPORAL_VERSION}`;

/** Undefined when the host does not answer in time: the next way is tried. */
async function fetchArchive(url) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), CONNECT_LIMIT_MS);
  try {
    const response = await fetch(url, { signal: limit.signal });
    clearTimeout(timer);
    if (!response.ok) return undefined;
    const body = response.arrayBuffer().then(Buffer.from);
    const late = pause(DOWNLOAD_LIMIT_MS, undefined, { ref: false });
    return await Promise.race([body, late]);
  } catch {
    // No route, no name, refused, cut off: all mean that this way is closed.
    return undefined;
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}

function unpack(archive, target) {
  const folder = `${target}.unpacking-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, 'archive.tar.gz'), archive);
    if (outputOf('tar', ['-xzf', join(folder, 'archive.tar.gz'), '-C', folder]) === undefined) {
      return false;
    }
    renameSync(join(folder, 'temporal'), target);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
