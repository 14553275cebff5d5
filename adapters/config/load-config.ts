/** Configuration from flags, environment, file and defaults, in that order of strength. */
import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { camelCased } from './camel-case.ts';
import type { CamelCased } from './camel-case.ts';
import { environmentLayer, flagLayer } from './layers.ts';
import type { Layer, Origin } from './layers.ts';
import { PAPER_PROFILE } from './limit-settings.ts';
import { isSection, leavesOf, merged, metaAt } from './paths.ts';
import type { Json } from './paths.ts';
import { problemsOf } from './problems.ts';
import type { ConfigProblem } from './problems.ts';
import { brokenRelations, withOverride } from './relations.ts';
import { configSchema } from './schema.ts';
import type { ConfigFile } from './schema.ts';

export type TidegateConfig = CamelCased<ConfigFile>;
export type FlowTradingConfig = TidegateConfig['flowTrading'];

/** Where a value was written; by dotted path in the file's own names. */
export type Origins = ReadonlyMap<string, { readonly origin: Origin; readonly source: string }>;

export type LoadRequest = {
  /** Path of a YAML or JSON file; without one the defaults stand. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Values by dotted path in the file's own names, e.g. `{ 'market.speed': '10' }`. */
  readonly flags?: Readonly<Record<string, unknown>>;
};

export type LoadResult =
  | {
      readonly ok: true;
      readonly config: TidegateConfig;
      /** The same values under the file's own names. */
      readonly values: ConfigFile;
      readonly origins: Origins;
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

export function loadConfig({ file, env = {}, flags = {} }: LoadRequest): LoadResult {
  const read = file === undefined ? { values: {} } : readFile(file);
  if ('problem' in read) return { ok: false, problems: [read.problem] };
  const layers: readonly Layer[] = [
    { origin: 'paper profile', values: PAPER_PROFILE, sourceOf: () => 'paper profile' },
    { origin: 'file', values: read.values, sourceOf: () => file ?? '' },
    environmentLayer(env),
    flagLayer(flags),
  ];
  return checked(layers);
}

function readFile(file: string): { values: Json } | { problem: ConfigProblem } {
  const problem = (value: string) => ({
    problem: { path: file, value, range: 'a readable YAML or JSON file with keys', source: file },
  });
  try {
    const values = (parse(readFileSync(file, 'utf8')) ?? {}) as unknown;
    return isSection(values) ? { values } : problem(JSON.stringify(values));
  } catch (error) {
    // Unreadable and malformed files are the caller's to mend, not ours to crash on.
    if (error instanceof YAMLParseError || isFileError(error)) {
      return problem(error.message.split('\n')[0] ?? '');
    }
    throw error;
  }
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error;

function checked(layers: readonly Layer[]): LoadResult {
  const values = layers.reduce<Json>((below, layer) => merged(below, layer.values), {});
  const origins = originsOf(layers);
  const sourceOf = (path: string) => sourceBelow(origins, path);
  const parsed = configSchema.safeParse(values);
  if (!parsed.success) {
    return { ok: false, problems: problemsOf(parsed.error, { values, sourceOf }) };
  }
  const broken = brokenRelations(parsed.data);
  if (broken.length > 0) {
    const problems = broken.map(({ path, value, range }) => ({
      path,
      value: JSON.stringify(value),
      range,
      source: sourceOf(path),
    }));
    return { ok: false, problems };
  }
  return { ok: true, config: camelCased(parsed.data), values: parsed.data, origins };
}

function originsOf(layers: readonly Layer[]): Origins {
  const origins = new Map<string, { origin: Origin; source: string }>();
  for (const { origin, values, sourceOf } of layers) {
    for (const [path] of leavesOf(values)) origins.set(path, { origin, source: sourceOf(path) });
  }
  return origins;
}

/** A problem may stand above or below a written leaf: a section, or an item of a list. */
function sourceBelow(origins: Origins, path: string): string {
  const exact = origins.get(path);
  if (exact !== undefined) return exact.source;
  for (const [written, { source }] of origins) {
    if (path.startsWith(`${written}.`) || written.startsWith(`${path}.`)) return source;
  }
  return 'default';
}

export type ShownSetting = {
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin;
  readonly source: string;
  readonly description: string;
};

/** Every value with its origin, secrets hidden, for `config show`. */
export function describeConfig(values: ConfigFile, origins: Origins): ShownSetting[] {
  const leaves = [...leavesOf(values)].filter(([, value]) => !isSection(value));
  return leaves.map(([path, value]) => {
    const meta = metaAt(configSchema, path.split('.'));
    const hidden = meta?.secret === true && value !== '';
    const { origin, source } = origins.get(path) ?? { origin: 'default', source: 'default' };
    return {
      path,
      value: hidden ? '(hidden)' : value,
      origin,
      source,
      description: meta?.description ?? '',
    };
  });
}

/** The trading settings of one symbol, its own overrides applied. */
export const tradingConfigOf = (config: TidegateConfig, symbol: string): FlowTradingConfig =>
  withOverride(config.flowTrading, config.symbolOverrides[symbol]);
