/** Recorded bars on the tick and step of their instrument, and back. */
import type { DecimalGrid } from './decimal-grid.ts';
import { createDecimalGrid } from './decimal-grid.ts';
import type { Bar, EpochMs, InstrumentRules } from './market.ts';
import type { GridBar } from './replay-path.ts';

export type Grids = { readonly price: DecimalGrid; readonly quantity: DecimalGrid };

export function gridsOf(rules: InstrumentRules): Grids {
  return {
    price: createDecimalGrid(rules.tickSize),
    quantity: createDecimalGrid(rules.quantityStep),
  };
}

/** A volume under half a step still counts as traded. */
export function onGrid(bar: Bar, { price, quantity }: Grids): GridBar {
  return {
    open: price.nearest(bar.open),
    high: price.nearest(bar.high),
    low: price.nearest(bar.low),
    close: price.nearest(bar.close),
    volume: bar.volume === 0 ? 0 : Math.max(1, quantity.nearest(bar.volume)),
  };
}

export function offGrid(openTime: EpochMs, bar: GridBar, { price, quantity }: Grids): Bar {
  return {
    openTime,
    open: price.value(bar.open),
    high: price.value(bar.high),
    low: price.value(bar.low),
    close: price.value(bar.close),
    volume: quantity.value(bar.volume),
  };
}
