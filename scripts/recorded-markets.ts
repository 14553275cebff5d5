/** Figures of the recorded markets in `../shared/data`, a folder beside the checkout that may be absent. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { marketFigures } from '../core/market/market-figures.ts';
import type { MarketFigures } from '../core/market/market-figures.ts';
import type { Bar } from '../core/market/market.ts';
import { readOhlcvFile } from '../venue/sources/ohlcv-file.ts';

const FOLDER = resolve(import.meta.dirname, '../../shared/data/ohlcv');

/** True when the recorded data is there. */
export const hasRecordedMarkets = existsSync(FOLDER);

/** Symbols with recorded 5m and 1h bars; BTC has 1m bars as well. */
export const RECORDED_SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as const;
export type RecordedSymbol = (typeof RECORDED_SYMBOLS)[number];

/** Spot 1m April 2024 (BTC only), spot 5m January to September 2024, USD-M 1h December 2023 to 2024. */
export function recordedFigures(symbol: RecordedSymbol): MarketFigures {
  return marketFigures({
    ...(symbol === 'BTCUSDT' && { '1m': read('binance_spot_BTCUSDT_1m_20240402_20240407') }),
    '5m': recordedFiveMinutes(symbol),
    '1h': read(`binance_usdm_${symbol}_1h_20231201_20241204`),
  });
}

export function recordedFiveMinutes(symbol: RecordedSymbol): readonly Bar[] {
  return read(`binance_spot_${symbol}_5m_20240101_20240906`);
}

function read(name: string): readonly Bar[] {
  return readOhlcvFile(join(FOLDER, `${name}.csv.gz`)).bars;
}
