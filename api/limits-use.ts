/** How much of each limit is used. */
import { ratio } from '../core/money/arithmetic.ts';
import { money } from '../core/money/units.ts';
import type { MoneyText } from '../core/money/units.ts';
import type { AccountUse, SymbolRow } from '../adapters/postgres/api-reads.ts';
import type { LimitFigures } from '../adapters/postgres/reads/limit-figures.ts';
import type { ApiConfig } from './ports.ts';
import type { StatusView } from './status-schemas.ts';

type LimitUse = StatusView['limits'][number];
type Known = {
  readonly equity: MoneyText | null;
  readonly use: AccountUse | null;
  readonly figures: LimitFigures | null;
  readonly rows: readonly SymbolRow[] | null;
  /** Of all positions; null while one of them is not known. */
  readonly floatingProfit: MoneyText | null;
};

export function limitsUse({ flowTrading, limits }: ApiConfig, known: Known): LimitUse[] {
  const { risk } = flowTrading;
  const gross = shareOfEquity(known, known.use?.grossNotional ?? null);
  const grids = known.rows?.filter(({ status }) => status.state.startsWith('rangingGrid'));
  return [
    limitUse('daily_loss_limit_pct', risk.dailyLossLimitPct, dailyLossPct(known)),
    limitUse('exposure_limit_pct', risk.exposureLimitPct, gross && gross / risk.leverage),
    limitUse('max_gross_exposure_pct', limits.maxGrossExposurePct, gross),
    limitUse('max_open_orders_account', limits.maxOpenOrdersAccount, known.use?.openOrders ?? null),
    limitUse('max_concurrent_grids', risk.maxConcurrentGrids, grids?.length ?? null),
    limitUse('drawdown_halt_pct', limits.drawdownHaltPct, drawdownPct(known)),
    worstUse('max_position_pct', limits.maxPositionPct, known, ({ positionNotional }) =>
      shareOfEquity(known, positionNotional),
    ),
    worstUse('max_open_orders_symbol', limits.maxOpenOrdersSymbol, known, (of) => of.openOrders),
    known.figures?.isFirstDay === true
      ? worstUse('max_orders_first_day_symbol', limits.maxOrdersFirstDaySymbol, known, ordersToday)
      : worstUse('max_orders_day_symbol', limits.maxOrdersDaySymbol, known, ordersToday),
  ];
}

const ordersToday = ({ ordersToday: orders }: SymbolFigures): number | null => orders;

/** From the highest equity that the gate ever saw; a new high is no drawdown. */
function drawdownPct({ equity, figures }: Known): number | null {
  const highest = figures?.highestEquity ?? null;
  if (equity === null || highest === null || money(highest) <= 0n) return null;
  return Math.max(0, ratio(money(highest) - money(equity), money(highest)) * 100);
}

type SymbolFigures = LimitFigures['symbols'][number];

/** The symbol that used most; not known as long as no symbol's use is known. */
function worstUse(
  limit: string,
  max: number,
  { figures }: Known,
  usedBy: (symbol: SymbolFigures) => number | null,
): LimitUse {
  let worst: { readonly symbol: string; readonly used: number } | undefined;
  for (const of of figures?.symbols ?? []) {
    const used = usedBy(of);
    if (used !== null && used > (worst?.used ?? -1)) worst = { symbol: of.symbol, used };
  }
  return { ...limitUse(limit, max, worst?.used ?? null), symbol: worst?.symbol ?? null };
}

/** Realised since 00:00 UTC and floating now, over the equity without either; a gain is no loss. */
function dailyLossPct({ equity, use, floatingProfit }: Known): number | null {
  const realised = use?.realisedToday ?? null;
  if (equity === null || realised === null || floatingProfit === null) return null;
  const result = money(realised) + money(floatingProfit);
  const before = money(equity) - result;
  return before <= 0n ? null : Math.max(0, ratio(-result, before) * 100);
}

function shareOfEquity({ equity }: Known, notional: MoneyText | null): number | null {
  if (equity === null || notional === null || money(equity) <= 0n) return null;
  return ratio(money(notional), money(equity)) * 100;
}

const limitUse = (limit: string, max: number, used: number | null): LimitUse => ({
  limit,
  symbol: null,
  max,
  used: used === null ? null : rounded(used),
  share: used === null || max === 0 ? null : rounded(used / max),
});

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
