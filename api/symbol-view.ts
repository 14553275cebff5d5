/** One symbol as people see it. */
import type { SymbolRow } from '../adapters/postgres/api-reads.ts';
import type { EpochMs } from '../core/market/market.ts';
import type { PriceText } from '../core/money/units.ts';
import { REGIMES } from '../core/regime/regime.ts';
import type { Regime } from '../core/regime/regime.ts';
import { floatingProfit, protectingStop, sideOf, stopDistancePct } from './mark-to-market.ts';
import { isHalted } from './running.ts';
import type { SymbolView } from './status-schemas.ts';

export type KnownSymbol = {
  readonly symbol: string;
  readonly row: SymbolRow | undefined;
  /** Null: Temporal does not answer. */
  readonly runningNames: readonly string[] | null;
};

export const isoTime = (time: EpochMs): string => new Date(time).toISOString();

/** `now` is wall time; a mark that is not known is null. */
export function symbolViewOf(
  { symbol, row, runningNames }: KnownSymbol,
  mark: PriceText | null,
  now: EpochMs,
): SymbolView {
  const status = row?.status;
  const stopPrice = status === undefined ? null : protectingStop(status);
  return {
    symbol,
    running: runningNames === null ? null : runningNames.includes(symbol),
    state: status?.state ?? null,
    level: status?.level ?? null,
    restraints: status?.restraints ?? null,
    halted: status === undefined ? null : isHalted(status),
    halt_reason: status?.haltReason ?? null,
    regime: regimeOf(status?.regime ?? null),
    strategy: status?.strategy ?? null,
    decision: decisionOf(status),
    open_orders: status?.openOrders ?? null,
    unknown_orders: status?.unknownOrders ?? null,
    position: positionOf(status),
    mark_price: mark,
    stop:
      status === undefined || stopPrice === null
        ? null
        : {
            trigger_price: stopPrice,
            distance_pct: stopDistancePct(status.positionQuantity, stopPrice, mark),
          },
    grid_profit: status?.gridProfit ?? null,
    floating_profit: status === undefined ? null : floatingProfit(status, mark),
    fees: row?.fees ?? null,
    funding: row?.funding ?? null,
    last_fill: lastFillOf(row),
    market_time: status === undefined ? null : isoTime(status.marketTime),
    age_ms: row === undefined ? null : Math.max(0, now - row.recordedAt),
  };
}

type Status = SymbolRow['status'] | undefined;

const decisionOf = (status: Status): SymbolView['decision'] =>
  status === undefined || status.decisionCode === null
    ? null
    : { code: status.decisionCode, reason: status.decisionReason };

const positionOf = (status: Status): SymbolView['position'] =>
  status === undefined
    ? null
    : {
        side: sideOf(status.positionQuantity),
        quantity: status.positionQuantity,
        entry_price: status.entryPrice,
      };

function lastFillOf(row: SymbolRow | undefined): SymbolView['last_fill'] {
  if (row === undefined || row.lastFill === null) return null;
  const { time, side, price, quantity } = row.lastFill;
  return { time: isoTime(time), side, price, quantity };
}

const regimeOf = (text: string | null): Regime | null =>
  REGIMES.find((regime) => regime === text) ?? null;
