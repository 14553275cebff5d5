/** How the paper venue fills, margins and liquidates: Binance USD-M's figures where they are public. */
import { INSTRUMENTS } from '../core/market/instruments.ts';
import type { InstrumentRules } from '../core/market/market.ts';
import type { LeverageBracket, MatchingConfig } from '../core/matching/types.ts';
import type { MoneyText } from '../core/money/units.ts';

type Row = readonly [leverage: number, floor: string, cap: string, ratioPct: string, cum: string];

/** BTCUSDT's first rows; `cum` makes the maintenance margin continuous over the rows. */
const ROWS: readonly Row[] = [
  [125, '0', '300000', '0.4', '0'],
  [100, '300000', '800000', '0.5', '300'],
  [75, '800000', '3000000', '0.65', '1500'],
  [50, '3000000', '12000000', '1', '12000'],
  [25, '12000000', '70000000', '2', '132000'],
  [20, '70000000', '100000000', '2.5', '482000'],
  [10, '100000000', '230000000', '5', '2982000'],
  [5, '230000000', '480000000', '10', '14482000'],
];

const brackets: readonly LeverageBracket[] = ROWS.map(
  ([initialLeverage, floor, cap, maintMarginRatioPct, cum], i) => ({
    bracket: i + 1,
    initialLeverage,
    notionalFloor: floor as MoneyText,
    notionalCap: cap as MoneyText,
    maintMarginRatioPct,
    cum: cum as MoneyText,
  }),
);

/**
 * The engine knows every simulated instrument, so that a journal stays usable when a later source
 * trades other symbols.
 */
export function matchingConfig(traded: readonly InstrumentRules[]): MatchingConfig {
  const named = new Set(traded.map((rules) => rules.symbol));
  return {
    instruments: [...traded, ...INSTRUMENTS.filter((rules) => !named.has(rules.symbol))],
    participationPct: 10,
    impactBps: 0.5,
    priceProtectionPct: 5,
    liquidationFeePct: 1.25,
    brackets,
    defaultLeverage: 20,
    defaultMarginType: 'CROSSED',
    historyLimit: 10_000,
  };
}
