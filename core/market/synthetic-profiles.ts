/** What distinguishes the symbols of the synthetic market. */
import { ensureDefined } from '../assert.ts';

export type SyntheticProfile = {
  readonly symbol: string;
  /** Long-run centre of the price, in quote currency. The price wanders around it for months. */
  readonly centrePrice: number;
  /** Volatility of returns relative to BTC. */
  readonly volatilityRatio: number;
  /** Correlation of a minute's shock with the shock common to all symbols, 0 … 1. */
  readonly commonShare: number;
  /** Chance that the symbol takes part in a regime of the whole market, 0 … 1. */
  readonly regimeCoupling: number;
  /** Mean traded volume per day, in base units. */
  readonly dailyVolume: number;
  /** Spread in a calm market, in basis points; never under one tick. */
  readonly spreadBps: number;
};

type Row = readonly [string, number, number, number, number, number, number];

const ROWS: readonly Row[] = [
  ['BTCUSDT', 65_000, 1, 0.96, 1, 250_000, 0.02],
  ['ETHUSDT', 3_200, 1.21, 0.95, 0.9, 3_500_000, 0.04],
  ['SOLUSDT', 150, 1.84, 0.87, 0.85, 20_000_000, 0.7],
  ['BNBUSDT', 600, 1.18, 0.9, 0.85, 700_000, 0.2],
  ['XRPUSDT', 0.6, 1.56, 0.84, 0.8, 800_000_000, 1.7],
  ['ADAUSDT', 0.5, 1.62, 0.9, 0.82, 400_000_000, 2],
  ['AVAXUSDT', 30, 1.92, 0.9, 0.82, 12_000_000, 0.5],
  ['DOGEUSDT', 0.15, 1.85, 0.89, 0.82, 6_000_000_000, 0.8],
  ['DOTUSDT', 6, 1.62, 0.9, 0.82, 30_000_000, 1.7],
  ['LINKUSDT', 15, 1.72, 0.89, 0.8, 15_000_000, 0.8],
  ['LTCUSDT', 80, 1.4, 0.88, 0.8, 3_000_000, 1.2],
  ['NEARUSDT', 5, 1.85, 0.88, 0.8, 40_000_000, 2],
  ['BCHUSDT', 400, 1.65, 0.86, 0.78, 400_000, 0.6],
  ['TRXUSDT', 0.15, 0.9, 0.6, 0.7, 400_000_000, 0.8],
  ['UNIUSDT', 8, 1.85, 0.87, 0.78, 12_000_000, 1.3],
  ['ATOMUSDT', 8, 1.6, 0.88, 0.8, 10_000_000, 1.4],
];

const PROFILES: ReadonlyMap<string, SyntheticProfile> = new Map(
  ROWS.map(
    ([
      symbol,
      centrePrice,
      volatilityRatio,
      commonShare,
      regimeCoupling,
      dailyVolume,
      spreadBps,
    ]) => [
      symbol,
      { symbol, centrePrice, volatilityRatio, commonShare, regimeCoupling, dailyVolume, spreadBps },
    ],
  ),
);

/** The profile of a symbol that the synthetic market makes; asserts otherwise. */
export function profileOf(symbol: string): SyntheticProfile {
  return ensureDefined(PROFILES.get(symbol), `no synthetic market for ${symbol}`);
}
