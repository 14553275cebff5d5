/** A market out of files of recorded bars, checked as a whole before anything trades on it. */
import { findInstrument, INSTRUMENTS } from '../../core/market/instruments.ts';
import { TIMEFRAME_MS } from '../../core/market/market.ts';
import type { Bar, EpochMs, MarketSource, Timeframe } from '../../core/market/market.ts';
import { createReplaySource } from '../../core/market/replay.ts';
import { readOhlcvFile } from './ohlcv-file.ts';
import type { OhlcvFile } from './ohlcv-file.ts';
import { ReplayRefused } from './replay-problem.ts';
import type { ReplayProblem } from './replay-problem.ts';
import { rangeOf } from './replay-range.ts';
import type { ReplayRange } from './replay-range.ts';

export type ReplayFilesOptions = {
  /** Path of a `.csv` or `.csv.gz` by symbol; at least one. */
  readonly files: Readonly<Record<string, string>>;
  /** Where a new market begins, rounded down to a bar; see `rangeOf` for the default. */
  readonly from?: EpochMs;
  /** No bar that opens then or later is replayed; by default the end of the file that ends first. */
  readonly to?: EpochMs;
  /** Points of a bar's path: 4, 7, 10 …; by default about one a second. */
  readonly stepsPerBar?: number;
};

export type ReplayFiles = ReplayRange & {
  readonly timeframe: Timeframe;
  /** The oldest bar of each file: by it a recording is known again. */
  readonly firstBars: Readonly<Record<string, Bar>>;
  /** The market from `resumeFrom` on, where a venue goes on; a new one begins at `startTime`. */
  readonly sourceFrom: (resumeFrom?: EpochMs) => MarketSource;
};

type Read = OhlcvFile & { readonly symbol: string; readonly path: string };

/** Throws ReplayRefused with everything that is wrong. */
export function openReplayFiles(options: ReplayFilesOptions): ReplayFiles {
  const problems: ReplayProblem[] = [];
  const read = Object.entries(options.files).flatMap(([symbol, path]) =>
    readSymbol(symbol, path, problems),
  );
  problems.push(...otherTimeframes(read));
  if (problems.length > 0) throw new ReplayRefused(problems);
  const [first] = read;
  if (first === undefined) throw new ReplayRefused([NO_FILE]);
  const { timeframe } = first;
  const range = rangeOf(read, options);
  const bars = Object.fromEntries(read.map(({ symbol, bars }) => [symbol, bars]));
  const stepsPerBar = options.stepsPerBar ?? pointsOf(timeframe);
  const { startTime, endTime } = range;
  return {
    ...range,
    timeframe,
    firstBars: Object.fromEntries(read.map(({ symbol, bars: [bar] }) => [symbol, bar as Bar])),
    sourceFrom: (resumeFrom = startTime) =>
      createReplaySource({
        bars,
        timeframe,
        rules: INSTRUMENTS,
        startTime: resumeFrom,
        endTime,
        path: 'adaptive',
        stepsPerBar,
      }),
  };
}

const NO_FILE: ReplayProblem = {
  setting: { kind: 'symbols' },
  value: 'nothing',
  range: 'one symbol or more',
};

/** About one a second, as the synthetic market; a path has a point more than three legs divide. */
const pointsOf = (timeframe: Timeframe): number => TIMEFRAME_MS[timeframe] / 1_000 + 1;

function readSymbol(symbol: string, path: string, problems: ReplayProblem[]): Read[] {
  const refuse = (setting: ReplayProblem['setting'], value: string, range: string): Read[] => {
    problems.push({ setting, value, range });
    return [];
  };
  if (findInstrument(symbol) === undefined) {
    const listed = INSTRUMENTS.map((rules) => rules.symbol).join(', ');
    return refuse({ kind: 'symbols' }, symbol, `symbols that the paper venue lists: ${listed}`);
  }
  try {
    const file = readOhlcvFile(path);
    const offGrid = file.bars.find(({ openTime }) => openTime % TIMEFRAME_MS[file.timeframe] !== 0);
    if (offGrid === undefined) return [{ symbol, path, ...file }];
    const range = `bars that open on full ${file.timeframe}; one has ts_ms ${offGrid.openTime}`;
    return refuse({ kind: 'file', symbol }, path, range);
  } catch (error) {
    // It names the line and what is wrong with it.
    const detail = error instanceof Error ? error.message : String(error);
    return refuse({ kind: 'file', symbol }, path, `a file of recorded bars; ${detail}`);
  }
}

/** The timeframe of the first file counts. */
function otherTimeframes([first, ...others]: readonly Read[]): ReplayProblem[] {
  if (first === undefined) return [];
  return others
    .filter(({ timeframe }) => timeframe !== first.timeframe)
    .map(({ symbol, path, timeframe }) => ({
      setting: { kind: 'file', symbol },
      value: path,
      range: `${first.timeframe} bars as in ${first.path}; these are ${timeframe} bars`,
    }));
}
