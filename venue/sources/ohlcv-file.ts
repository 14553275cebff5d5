/** Recorded bars from a CSV file (`.csv` or `.csv.gz`) with `ts_ms,open,high,low,close,volume`. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { TIMEFRAMES, TIMEFRAME_MS } from '../../core/market/market.ts';
import type { Bar, Timeframe } from '../../core/market/market.ts';

export const OHLCV_HEADER = 'ts_ms,open,high,low,close,volume';

export type OhlcvFile = {
  readonly timeframe: Timeframe;
  /** Oldest first; holes are left as they are. */
  readonly bars: readonly Bar[];
};

/** A file that is not what it should be: names the file, the line and the value. */
class OhlcvFileError extends Error {
  override readonly name = 'OhlcvFileError';
}

/**
 * Reads a whole file. The timeframe is the smallest distance between two bars.
 * @throws OhlcvFileError when the file cannot be read, or at the first bad line.
 */
export function readOhlcvFile(path: string): OhlcvFile {
  const lines = readText(path).split('\n');
  const header = lines[0]?.trim();
  if (header !== OHLCV_HEADER) {
    throw new OhlcvFileError(`${path}:1: header must be "${OHLCV_HEADER}", got "${header}"`);
  }
  const bars: Bar[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = (lines[i] as string).trim();
    if (line === '') continue;
    bars.push(parseLine(line, `${path}:${i + 1}`, bars.at(-1)));
  }
  return { timeframe: timeframeOf(bars, path), bars };
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    // A missing file and a broken archive are both the caller's path: say which file and why.
    throw new OhlcvFileError(`${path}: cannot be read: ${String(error)}`, { cause: error });
  }
}

const COLUMNS = OHLCV_HEADER.split(',');

function parseLine(line: string, place: string, before: Bar | undefined): Bar {
  const texts = line.split(',');
  const fail = (what: string): never => {
    throw new OhlcvFileError(`${place}: ${what}`);
  };
  if (texts.length !== COLUMNS.length) fail(`${COLUMNS.length} columns expected, got "${line}"`);
  const numberAt = (i: number): number => {
    const value = texts[i] === '' ? Number.NaN : Number(texts[i]);
    const least = i === 5 ? 0 : Number.MIN_VALUE;
    return value >= least && value < Infinity
      ? value
      : fail(
          `${COLUMNS[i]} must be a ${i === 5 ? 'number from 0' : 'positive number'}, got "${texts[i]}"`,
        );
  };
  const bar: Bar = {
    openTime: numberAt(0),
    open: numberAt(1),
    high: numberAt(2),
    low: numberAt(3),
    close: numberAt(4),
    volume: numberAt(5),
  };
  const problem = problemOf(bar, before);
  return problem === undefined ? bar : fail(problem);
}

function problemOf(bar: Bar, before: Bar | undefined): string | undefined {
  const { openTime, open, high, low, close } = bar;
  if (!Number.isSafeInteger(openTime)) return `ts_ms must be whole milliseconds, got ${openTime}`;
  if (before !== undefined && openTime <= before.openTime) {
    return `ts_ms ${openTime} must be later than the line before, ${before.openTime}`;
  }
  if (high < Math.max(open, close)) return `high ${high} is below open ${open} or close ${close}`;
  if (low > Math.min(open, close)) return `low ${low} is above open ${open} or close ${close}`;
  return undefined;
}

function timeframeOf(bars: readonly Bar[], path: string): Timeframe {
  let shortest = Infinity;
  for (let i = 1; i < bars.length; i++) {
    shortest = Math.min(shortest, (bars[i] as Bar).openTime - (bars[i - 1] as Bar).openTime);
  }
  const timeframe = TIMEFRAMES.find((name) => TIMEFRAME_MS[name] === shortest);
  if (timeframe === undefined) {
    throw new OhlcvFileError(
      `${path}: bars are ${shortest} ms apart, which is none of ${TIMEFRAMES.join(', ')}`,
    );
  }
  return timeframe;
}
