/** The whole configuration file: strict, and complete when empty. */
import { z } from 'zod';
import {
  account,
  general,
  market,
  ports,
  postgres,
  replayFile,
  temporal,
} from './host-settings.ts';
import { limits } from './limit-settings.ts';
import { safety } from './safety-settings.ts';
import { flag, metaOf, symbolName } from './settings.ts';
import type { Setting } from './settings.ts';
import { grid, regime, risk, scalping } from './trading-settings.ts';

type Shape = Readonly<Record<string, Setting>>;

function withDefaults<S extends Shape>(shape: S) {
  const entries = Object.entries(shape).map(([key, leaf]) => [
    key,
    leaf.default(metaOf(leaf)?.default),
  ]);
  return Object.fromEntries(entries) as { [K in keyof S]: z.ZodDefault<S[K]> };
}

function optional<S extends Shape>(shape: S) {
  const entries = Object.entries(shape).map(([key, leaf]) => [key, leaf.exactOptional()]);
  return Object.fromEntries(entries) as { [K in keyof S]: z.ZodExactOptional<S[K]> };
}

/** What one symbol may say differently. */
const symbolOverride = z.strictObject({
  scalping: z.strictObject(optional(scalping)).prefault({}),
  grid: z.strictObject(optional(grid)).prefault({}),
  risk: z
    .strictObject(
      optional({
        position_size_pct: risk.position_size_pct,
      }),
    )
    .prefault({}),
});

const flowTrading = z.strictObject({
  ...withDefaults({ enabled: flag('Start trading once everything is up', true) }),
  scalping: z.strictObject(withDefaults(scalping)).prefault({}),
  grid: z.strictObject(withDefaults(grid)).prefault({}),
  risk: z.strictObject(withDefaults(risk)).prefault({}),
  regime: z.strictObject(withDefaults(regime)).prefault({}),
});

export const configSchema = z.strictObject({
  ...withDefaults(general),
  flow_trading: flowTrading.prefault({}),
  symbol_overrides: z.record(symbolName, symbolOverride).default({}),
  limits: z.strictObject(withDefaults(limits)).prefault({}),
  safety: z.strictObject(withDefaults(safety)).prefault({}),
  account: z.strictObject(withDefaults(account)).prefault({}),
  market: z
    .strictObject({
      ...withDefaults(market),
      replay_files: z.record(symbolName, replayFile).default({}),
    })
    .prefault({}),
  ports: z.strictObject(withDefaults(ports)).prefault({}),
  temporal: z.strictObject(withDefaults(temporal)).prefault({}),
  postgres: z.strictObject(withDefaults(postgres)).prefault({}),
});

export type ConfigFile = z.output<typeof configSchema>;
