/** What fills do to a grid: inventory per level, matched profit, fees. */
import {
  addMoney,
  addQuantity,
  notional,
  subtractMoney,
  subtractQuantity,
} from '../core/money/arithmetic.ts';
import { divide } from '../core/money/decimal-text.ts';
import { money, moneyText, price, quantity, quantityText } from '../core/money/units.ts';
import type { Money, MoneyText, Quantity, QuantityText } from '../core/money/units.ts';
import type { Fill } from '../core/orders/order.ts';
import type { GridLevel, GridPlan } from '../core/strategies/plans.ts';
import type { GridProgress, LevelProgress } from './symbol-context.ts';

const ZERO_MONEY_TEXT = '0' as MoneyText;

export const startGrid = (plan: GridPlan): GridProgress => ({
  plan,
  levels: plan.levels.map((level) => ({
    index: level.index,
    held: '0' as QuantityText,
    cost: ZERO_MONEY_TEXT,
  })),
  grossProfit: ZERO_MONEY_TEXT,
  fees: ZERO_MONEY_TEXT,
  nextPlan: null,
});

export const entrySlot = (level: { readonly index: number }): string => `L${level.index}:entry`;
export const counterSlot = (level: { readonly index: number }): string => `L${level.index}:counter`;

export const allArmed = (grid: GridProgress): boolean =>
  grid.levels.every((level) => level.held === '0');

/** What the plan's levels hold: above zero long, below zero short. */
export const inventory = ({ plan, levels }: GridProgress): Quantity =>
  levels.reduce((sum, { index, held }) => {
    const isBuy = plan.levels.some((level) => level.index === index && level.side === 'buy');
    return isBuy ? addQuantity(sum, quantity(held)) : subtractQuantity(sum, quantity(held));
  }, 0n as Quantity);

export const netProfit = (grid: GridProgress): MoneyText =>
  moneyText(subtractMoney(money(grid.grossProfit), money(grid.fees)));

/** The grid after a fill in one of its slots; the same grid when the slot is not a level's. */
export function gridAfterFill(grid: GridProgress, slot: string, fill: Fill): GridProgress {
  const index = grid.levels.findIndex((l) => entrySlot(l) === slot || counterSlot(l) === slot);
  const level = grid.levels[index];
  const planned = grid.plan.levels.find((l) => l.index === level?.index);
  if (level === undefined || planned === undefined) return grid;
  const fees = moneyText(addMoney(money(grid.fees), money(fill.fee)));
  const change =
    slot === entrySlot(level) ? afterEntry(level, fill) : afterCounter(level, planned, fill);
  return {
    ...grid,
    fees,
    levels: grid.levels.with(index, change.level),
    grossProfit: moneyText(addMoney(money(grid.grossProfit), change.profit)),
  };
}

type Change = { readonly level: LevelProgress; readonly profit: Money };

function afterEntry(level: LevelProgress, fill: Fill): Change {
  const traded = quantity(fill.quantity);
  return {
    level: {
      ...level,
      held: quantityText(addQuantity(quantity(level.held), traded)),
      cost: moneyText(addMoney(money(level.cost), notional(price(fill.price), traded))),
    },
    profit: 0n as Money,
  };
}

/** The share of the cost that leaves with the fill is proportional, the last fill takes the rest. */
function afterCounter(level: LevelProgress, planned: GridLevel, fill: Fill): Change {
  const held = quantity(level.held);
  const traded = quantity(fill.quantity);
  const cost = money(level.cost);
  const share = (traded >= held ? cost : divide(cost * traded, held, 'half')) as Money;
  const received = notional(price(fill.price), traded);
  const left = subtractQuantity(held, traded);
  return {
    level: {
      ...level,
      held: left > 0n ? quantityText(left) : ('0' as QuantityText),
      cost: moneyText(subtractMoney(cost, share)),
    },
    profit:
      planned.side === 'buy' ? subtractMoney(received, share) : subtractMoney(share, received),
  };
}
