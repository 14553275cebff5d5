/** Node, PostgreSQL and Temporal: are they there, and which ones? */
import { execFileSync } from 'node:child_process';
import { findTemporal, TEMPORAL_VERSION } from '../../scripts/bootstrap/temporal-binary.mjs';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { postgresProgram } from '../up/postgres-folders.ts';
import { fail, ok, warn } from './check.ts';
import type { Check } from './check.ts';

const NODE_MAJOR = 24;

export function checkNode(version = process.versions.node): Check {
  const major = Number(version.split('.')[0]);
  if (major < NODE_MAJOR) {
    return fail('node', `Node ${version}; start through npm, which brings Node ${NODE_MAJOR}`);
  }
  return major === NODE_MAJOR
    ? ok('node', `Node ${version}`)
    : warn('node', `Node ${version}; Tidegate is tested with Node ${NODE_MAJOR}`);
}

export function checkPostgres({ postgres }: TidegateConfig): Check {
  if (postgres.url !== '') return ok('postgres', 'a server of your own (DATABASE_URL)');
  try {
    return ok('postgres', versionOf(postgresProgram('postgres')));
  } catch (error) {
    return fail('postgres', error instanceof Error ? error.message : String(error));
  }
}

export function checkTemporal({ temporal }: TidegateConfig): Check {
  if (temporal.address !== '') return ok('temporal', `a server of your own (${temporal.address})`);
  const binary = findTemporal();
  if (binary === undefined) {
    const remedy = '"npm start" finds or builds it, which takes minutes once';
    return warn('temporal', `no command of at least ${TEMPORAL_VERSION} yet; ${remedy}`);
  }
  return ok('temporal', `${versionOf(binary)}, ${binary}`);
}

const versionOf = (program: string): string =>
  execFileSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 }).trim();
