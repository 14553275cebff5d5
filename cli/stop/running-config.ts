/** The configuration of what runs here: ports, addresses and account as "up" decided them. */
import { existsSync } from 'node:fs';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { readConfig, requireConfig } from '../options.ts';
import type { Options } from '../options.ts';
import { runPaths } from '../up/run-paths.ts';

/** `--symbols` says here which symbols are meant, not which are configured. */
export function runningConfig({ symbols: _symbols, ...options }: Options): TidegateConfig {
  const { config } = requireConfig(options);
  const decided = runPaths(config.dataDir).config;
  if (!existsSync(decided)) return config;
  const running = readConfig({ ...options, config: decided });
  // A damaged file must not hold up a stop; the first reading is the next best.
  return running.ok ? running.config : config;
}
