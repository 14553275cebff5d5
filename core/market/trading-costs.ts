/** What it costs to open and close a position, for plans and for the gate (P29). */
import type { InstrumentRules, Quote } from './market.ts';
import { price } from '../money/units.ts';
import { toNumber } from '../money/arithmetic.ts';

/**
 * In percent of the price: the fee of both orders and half the spread. `maker`: both rest in the
 * book; `taker`: both trade at once. A rebate counts as no fee.
 */
export function roundTripCostsPct(
  { makerFeeBps, takerFeeBps }: InstrumentRules,
  quote: Pick<Quote, 'bid' | 'ask'>,
  liquidity: 'maker' | 'taker',
): number {
  const feeBps = liquidity === 'maker' ? makerFeeBps : takerFeeBps;
  return (2 * Math.max(feeBps, 0)) / 100 + spreadPct(quote) / 2;
}

/** Ask less bid, in percent of the bid. */
export function spreadPct({ bid, ask }: Pick<Quote, 'bid' | 'ask'>): number {
  const lower = toNumber(price(bid));
  return ((toNumber(price(ask)) - lower) / lower) * 100;
}
