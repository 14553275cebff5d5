/** The market that the configuration names: made by a seed, or out of files of recorded bars. */
import type { LoadResult, TidegateConfig } from '../adapters/config/load-config.ts';
import { describeProblem } from '../adapters/config/problems.ts';
import type { ConfigProblem } from '../adapters/config/problems.ts';
import { utcTimeOf } from '../adapters/config/utc-time.ts';
import type { EpochMs, MarketSource } from '../core/market/market.ts';
import { createSyntheticSource } from '../core/market/synthetic.ts';
import { findBarFile } from '../venue/sources/bar-folder.ts';
import { openReplayFiles } from '../venue/sources/replay-files.ts';
import type { ReplayFiles } from '../venue/sources/replay-files.ts';
import { ReplayRefused, utcText } from '../venue/sources/replay-problem.ts';
import type { ReplayProblem } from '../venue/sources/replay-problem.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { MarketRecord } from './market-record.ts';

/** What is known of a market without its bars. */
export type MarketFacts = {
  /** By what a journal knows the market again. */
  readonly record: MarketRecord;
  /** Somebody wrote where a replay begins. */
  readonly isStartChosen: boolean;
  /** The oldest market time that it can show. */
  readonly firstTime: EpochMs;
  readonly description: string;
};

export type ConfiguredMarket = MarketFacts & {
  readonly sourceFrom: (resumeFrom?: EpochMs) => MarketSource;
};

type Loaded = Pick<Extract<LoadResult, { ok: true }>, 'config' | 'origins'>;
type Problem = Omit<ConfigProblem, 'source'>;
type ReadMarket =
  | { readonly ok: true; readonly market: ConfiguredMarket }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const HOUR_MS = 3_600_000;

/** Reads and checks the files of a replay as a whole; a synthetic market has nothing to check. */
export function readMarket({ config, origins }: Loaded): ReadMarket {
  if (config.market.source === 'synthetic') return { ok: true, market: syntheticMarket(config) };
  const read = replayMarket(config);
  if ('market' in read) return { ok: true, ...read };
  const sourceOf = (path: string): string => origins.get(path)?.source ?? 'default';
  return {
    ok: false,
    problems: read.problems.map((problem) => ({ ...problem, source: sourceOf(problem.path) })),
  };
}

/** The same, for commands that cannot go on without: throws CommandError that names each problem. */
export function requireMarket(loaded: Loaded): ConfiguredMarket {
  const read = readMarket(loaded);
  if (read.ok) return read.market;
  const problems = read.problems.map((problem) => `\n  ${describeProblem(problem)}`);
  throw new CommandError(`the market cannot be replayed:${problems.join('')}`, EXIT.config);
}

function syntheticMarket({ market, symbols }: TidegateConfig): ConfiguredMarket {
  const { seed } = market;
  const firstStart = Date.now() - market.startBeforeH * HOUR_MS;
  return {
    record: { source: 'synthetic', seed },
    isStartChosen: false,
    firstTime: 0,
    description: `synthetic, seed ${seed}`,
    sourceFrom: (resumeFrom = firstStart) =>
      createSyntheticSource({ seed, symbols, startTime: resumeFrom }),
  };
}

function replayMarket(
  config: TidegateConfig,
): { readonly market: ConfiguredMarket } | { readonly problems: readonly Problem[] } {
  const { market } = config;
  const { files, problems } = filesOf(config);
  if (problems.length > 0) return { problems };
  const [from, to] = [utcTimeOf(market.replayFrom), utcTimeOf(market.replayTo)];
  try {
    const replay = openReplayFiles({
      files,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    return { market: { ...configured(replay), isStartChosen: from !== undefined } };
  } catch (error) {
    if (!(error instanceof ReplayRefused)) throw error;
    return { problems: error.problems.map((problem) => inWordsOf(market, problem)) };
  }
}

function configured(replay: ReplayFiles): Omit<ConfiguredMarket, 'isStartChosen'> {
  const { timeframe, firstBars, firstTime, startTime, endTime, sourceFrom } = replay;
  return {
    record: { source: 'replay', timeframe, startTime, firstBars },
    firstTime,
    description: `replay of recorded ${timeframe} bars, ${utcText(startTime)} to ${utcText(endTime)}`,
    sourceFrom,
  };
}

/** A file a symbol: the one that is named, else the one in the folder. */
function filesOf({ market, symbols }: TidegateConfig) {
  const files: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const symbol of symbols) {
    const found = fileOf(market, symbol);
    if (typeof found === 'string') files[symbol] = found;
    else problems.push(found);
  }
  return { files, problems };
}

function fileOf({ replayFiles, replayDir }: TidegateConfig['market'], symbol: string) {
  const named = replayFiles[symbol];
  if (named !== undefined) return named;
  const path = `market.replay_files.${symbol}`;
  if (replayDir === '') {
    const range = 'the path of a CSV of recorded bars, or a market.replay_dir that has one';
    return { path, value: 'nothing', range };
  }
  const found = findBarFile(replayDir, symbol);
  if (found.ok) return found.path;
  const range = `a folder with one file of ${symbol}, or ${path}; ${found.reason}`;
  return { path: 'market.replay_dir', value: JSON.stringify(replayDir), range };
}

/** Under the setting that a person would change, with the value as it was written. */
function inWordsOf(market: TidegateConfig['market'], problem: ReplayProblem): Problem {
  const { setting, value, range } = problem;
  const shown = JSON.stringify(value);
  const general = market.replayDir === '' ? 'market.replay_files' : 'market.replay_dir';
  switch (setting.kind) {
    case 'file': {
      const named = market.replayFiles[setting.symbol] !== undefined;
      const path = named ? `market.replay_files.${setting.symbol}` : 'market.replay_dir';
      return { path, value: shown, range };
    }
    case 'files':
      return { path: general, value: shown, range };
    case 'symbols':
      return { path: 'symbols', value: shown, range };
    case 'from':
      return { path: 'market.replay_from', value: JSON.stringify(market.replayFrom), range };
    case 'to':
      return { path: 'market.replay_to', value: JSON.stringify(market.replayTo), range };
  }
}
