/** Where a change in equity came from: matched grid pairs, everything still moving, fees, funding. */
import type { Money, Price } from '../money/units.ts';
import { unrealisedProfit } from './position.ts';
import type { Position } from './position.ts';

export type Attribution = {
  /** Locked in by matched level pairs, before fees. */
  readonly gridProfit: Money;
  /** The rest of realised profit and the open position at the mark, before fees. */
  readonly floatingProfit: Money;
  /** Paid; positive is a cost. */
  readonly fees: Money;
  /** Received; negative was paid. */
  readonly funding: Money;
  /** Change in equity since the account was funded: grid + floating - fees + funding. */
  readonly equityChange: Money;
};

/**
 * `gridProfit` is the sum over `gridPair` round trips of the same executions as `position`.
 * Without a mark the position is valued at cost.
 */
export function attribute(
  position: Position,
  mark: Price | undefined,
  gridProfit: Money,
  fees: Money,
  funding: Money,
): Attribution {
  const unrealised = mark === undefined ? 0n : unrealisedProfit(position, mark);
  const total = position.realisedProfit + unrealised;
  return {
    gridProfit,
    floatingProfit: (total - gridProfit) as Money,
    fees,
    funding,
    equityChange: (total - fees + funding) as Money,
  };
}
