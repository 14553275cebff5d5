/**
 * Holds the synthetic market against the recorded one.
 * Usage: node scripts/market-stats.ts [--seeds 10] [--days 120] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { aggregateBars } from '../core/market/bars.ts';
import {
  compareFigures,
  DIFFERENCE_MAX,
  figuresFromMinutes,
  medianFigures,
  RATIO_MAX,
} from '../core/market/market-figures.ts';
import type { FigureComparison, MarketFigures } from '../core/market/market-figures.ts';
import { correlation, logReturns } from '../core/market/market-statistics.ts';
import type { Bar } from '../core/market/market.ts';
import { RECORDED_BTC, RECORDED_MINUTE_BARS } from '../core/market/recorded-figures.ts';
import { createSyntheticSource } from '../core/market/synthetic.ts';
import {
  hasRecordedMarkets,
  RECORDED_SYMBOLS,
  recordedFigures,
  recordedFiveMinutes,
} from './recorded-markets.ts';
import type { RecordedSymbol } from './recorded-markets.ts';

type Comparison = FigureComparison & {
  readonly symbol: string;
  readonly min: number;
  readonly max: number;
};

const NOTES = `
Band: a ratio from ${1 / RATIO_MAX} to ${RATIO_MAX}; for the memory (autocorrelation) of returns a difference of at most ${DIFFERENCE_MAX},
because it is near zero with either sign, so that a ratio says nothing.
Kurtosis, trimmed: without the five largest returns of the sample, which decide the plain figure.
1m figures: medians over stretches of ${RECORDED_MINUTE_BARS} bars, as many as recorded, since kurtosis grows with a sample.
Regimes: seen by one fixed classifier of 15m bars (efficiency ratio over 4 h, volatility over 2 h), the same for both.`;

const { seeds, days, json } = readArguments();
const markets = Array.from({ length: seeds }, (_, i) => syntheticMarket(i + 1));
const comparisons = RECORDED_SYMBOLS.flatMap(compareSymbol);
print(comparisons);
if (json !== undefined)
  writeFileSync(json, `${JSON.stringify({ seeds, days, comparisons }, null, 2)}\n`);

function readArguments(): { seeds: number; days: number; json: string | undefined } {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      days: { type: 'string', default: '120' },
      json: { type: 'string' },
    },
  });
  return {
    seeds: wholeNumber('--seeds', values.seeds, 1, 1_000),
    days: wholeNumber('--days', values.days, 10, 1_000),
    json: values.json,
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  console.error(`${name} must be a whole number from ${min} to ${max}, got "${text}"`);
  return process.exit(2);
}

type SyntheticMarket = Readonly<Record<RecordedSymbol, MarketFigures>>;

/** Figures of all compared symbols for one seed, each seed at its own time. */
function syntheticMarket(seed: number): SyntheticMarket {
  const startTime = Date.UTC(2025, 0, 1) + seed * 97 * 86_400_000;
  const options = { seed, symbols: RECORDED_SYMBOLS, startTime, historyDays: days };
  const source = createSyntheticSource(options);
  const btc = source.history('BTCUSDT');
  const figuresOf = (symbol: RecordedSymbol): MarketFigures => {
    const minutes = symbol === 'BTCUSDT' ? btc : source.history(symbol);
    const company = companyOf(symbol, aggregateBars(minutes, '5m'), aggregateBars(btc, '5m'));
    return { ...figuresFromMinutes(minutes, RECORDED_MINUTE_BARS), ...company };
  };
  return {
    BTCUSDT: figuresOf('BTCUSDT'),
    ETHUSDT: figuresOf('ETHUSDT'),
    SOLUSDT: figuresOf('SOLUSDT'),
  };
}

/** How closely a symbol follows BTC; nothing for BTC itself. */
function companyOf(
  symbol: RecordedSymbol,
  bars: readonly Bar[],
  btc: readonly Bar[],
): MarketFigures {
  if (symbol === 'BTCUSDT') return {};
  const count = Math.min(bars.length, btc.length);
  const [own, other] = [bars, btc].map((series) => logReturns(series.slice(0, count), '5m'));
  return { '5m correlation with BTC': correlation(own ?? [], other ?? []) };
}

function compareSymbol(symbol: RecordedSymbol): readonly Comparison[] {
  const ours = markets.map((market) => market[symbol]);
  return compareFigures(medianFigures(ours), recorded(symbol)).map((row) => {
    const values = ours.map((figures) => figures[row.figure] ?? Number.NaN);
    return { symbol, ...row, min: Math.min(...values), max: Math.max(...values) };
  });
}

/** Measured from the files, or for BTC from the stored figures when the files are absent. */
function recorded(symbol: RecordedSymbol): MarketFigures {
  if (!hasRecordedMarkets) return symbol === 'BTCUSDT' ? RECORDED_BTC : {};
  const bars = recordedFiveMinutes(symbol);
  return {
    ...recordedFigures(symbol),
    ...companyOf(symbol, bars, recordedFiveMinutes('BTCUSDT')),
  };
}

function print(rows: readonly Comparison[]): void {
  console.log(
    `Synthetic market: median of ${seeds} seeds of ${days} days, lowest and highest in brackets.`,
  );
  console.log(
    hasRecordedMarkets
      ? 'Recorded: spot 1m 2-7 April 2024, spot 5m January-September 2024, USD-M 1h December 2023-2024.'
      : 'The folder ../shared/data is absent: BTC against stored figures, nothing for ETH and SOL.',
  );
  for (const row of rows) console.log(lineOf(row));
  console.log(NOTES);
  const outside = rows.filter((row) => !row.within);
  console.log(`${rows.length - outside.length} of ${rows.length} figures are within their band.`);
}

function lineOf({
  symbol,
  figure,
  synthetic,
  min,
  max,
  recorded,
  measure,
  value,
  within,
}: Comparison): string {
  const verdict = `${measure} ${value.toFixed(2)}${within ? '' : `  OUTSIDE: ${reasonOf(figure)}`}`;
  return [
    symbol.padEnd(8),
    figure.padEnd(29),
    show(synthetic).padStart(8),
    `(${show(min)} ... ${show(max)})`.padEnd(22),
    show(recorded).padStart(8),
    verdict,
  ].join('  ');
}

function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Why a figure may miss its band without the market being wrong. */
function reasonOf(figure: string): string {
  if (figure.includes('kurtosis')) {
    return 'up to five bars of the recording decide it, see the trimmed figure';
  }
  return 'not explained';
}
