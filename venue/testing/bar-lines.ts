/** A made-up recording: bars that swing around a price, as the text of a file. */
import { OHLCV_HEADER } from '../sources/ohlcv-file.ts';

type BarLines = {
  /** Opening of the first bar. */
  readonly from: number;
  readonly barMs: number;
  readonly count: number;
  /** Bars stay within two percent of it. */
  readonly price: number;
};

/** The same each time; every price is a whole multiple of a thousandth of `price`. */
export function barLines({ from, barMs, count, price }: BarLines): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const open = priceAt(price, i);
    const close = priceAt(price, i + 1);
    const [high, low] = [Math.max(open, close), Math.min(open, close)];
    const reach = price / 1_000;
    const prices = [open, high + reach, low - reach, close].map((value) => value.toFixed(1));
    return `${from + i * barMs},${prices.join(',')},${900 + (i % 7)}`;
  });
  return `${[OHLCV_HEADER, ...lines].join('\n')}\n`;
}

const priceAt = (price: number, i: number): number =>
  price + Math.round(15 * Math.sin(i / 9)) * (price / 1_000);
