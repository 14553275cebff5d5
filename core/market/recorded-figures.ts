/**
 * Figures of recorded BTC: spot 1m of 2-7 April 2024, spot 5m of January to September 2024, USD-M
 * 1h of December 2023 to December 2024. Where the recordings are present, a test measures them anew.
 */
import type { MarketFigures } from './market-figures.ts';

export const RECORDED_BTC: MarketFigures = {
  '1m volatility (bp)': 7.82,
  '1m mean range (bp)': 8.66,
  '1m kurtosis': 13.7,
  '1m kurtosis, trimmed': 6.88,
  '1m volume to |return|': 0.562,
  '5m volatility (bp)': 17.2,
  '5m mean range (bp)': 20.2,
  '5m kurtosis': 37.1,
  '5m kurtosis, trimmed': 21,
  '5m volume to |return|': 0.644,
  '1h volatility (bp)': 54.9,
  '1h mean range (bp)': 77.3,
  '1h kurtosis': 11.2,
  '1h kurtosis, trimmed': 9.85,
  '1h volume to |return|': 0.669,
  '5m return memory, lag 1': -0.0148,
  '5m return memory, lag 2': -0.0222,
  '5m return memory, lag 3': 0.0107,
  '5m |return| memory, lag 1': 0.343,
  '5m |return| memory, lag 2': 0.301,
  '5m |return| memory, lag 3': 0.288,
  '15m trending, mean length (h)': 1.93,
  '15m trending, share (%)': 23.9,
  '15m ranging, mean length (h)': 5.25,
  '15m ranging, share (%)': 67.6,
  '15m volatile, mean length (h)': 3.24,
  '15m volatile, share (%)': 8.5,
};

/** Length of the 1m recording: kurtosis must be compared at equal lengths. */
export const RECORDED_MINUTE_BARS = 7_207;
