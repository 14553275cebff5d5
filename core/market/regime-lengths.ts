/**
 * A deliberately simple, fixed reading of regimes from 15m bars, applied to synthetic and recorded
 * markets alike to compare how long their regimes last. No strategy uses it.
 */
import { mean } from './market-statistics.ts';
import type { Bar } from './market.ts';

export type SeenRegime = 'trending' | 'ranging' | 'volatile';

export type RegimeLengths = Readonly<
  Record<SeenRegime, { readonly meanHours: number; readonly sharePct: number }>
>;

/** Bars of the efficiency ratio (4 h) and of the short volatility (2 h). */
const EFFICIENCY_BARS = 16;
const VOLATILITY_BARS = 8;
/** A trend is entered at the first ratio and left at the second. */
const TREND_ENTER = 0.4;
const TREND_LEAVE = 0.2;
/** Volatile: the mean absolute return of 2 h is this many times the series' own, until the second. */
const VOLATILE_ENTER = 2.2;
const VOLATILE_LEAVE = 1.5;
const BAR_HOURS = 0.25;

/** Mean dwell and share of time of each regime that the classifier sees in 15m bars. */
export function regimeLengths(bars: readonly Bar[]): RegimeLengths {
  const labels = classify(bars.map((bar) => bar.close));
  const of = (regime: SeenRegime): RegimeLengths[SeenRegime] => {
    const bars = labels.filter((label) => label === regime).length;
    const runs = labels.filter((label, i) => label === regime && labels[i - 1] !== regime).length;
    return {
      meanHours: runs === 0 ? 0 : (bars / runs) * BAR_HOURS,
      sharePct: (100 * bars) / Math.max(1, labels.length),
    };
  };
  return { trending: of('trending'), ranging: of('ranging'), volatile: of('volatile') };
}

function classify(closes: readonly number[]): readonly SeenRegime[] {
  const moves = closes
    .slice(1)
    .map((close, i) => Math.abs(Math.log(close / (closes[i] as number))));
  const usual = mean(moves);
  const labels: SeenRegime[] = [];
  for (let i = EFFICIENCY_BARS; i <= moves.length; i++) {
    const length = moves.slice(i - EFFICIENCY_BARS, i).reduce((sum, move) => sum + move, 0);
    const change = Math.log((closes[i] as number) / (closes[i - EFFICIENCY_BARS] as number));
    const efficiency = length === 0 ? 0 : Math.abs(change) / length;
    const stress = mean(moves.slice(i - VOLATILITY_BARS, i)) / usual;
    labels.push(label(labels.at(-1) ?? 'ranging', efficiency, stress));
  }
  return labels;
}

function label(before: SeenRegime, efficiency: number, stress: number): SeenRegime {
  if (stress >= (before === 'volatile' ? VOLATILE_LEAVE : VOLATILE_ENTER)) return 'volatile';
  if (efficiency >= (before === 'trending' ? TREND_LEAVE : TREND_ENTER)) return 'trending';
  return 'ranging';
}
