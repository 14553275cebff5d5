/** Binance USD-M's fees by VIP level, in basis points, without BNB. */

type Fees = { readonly makerFeeBps: number; readonly takerFeeBps: number };

const TIERS: readonly (readonly [maker: number, taker: number])[] = [
  [2, 5],
  [1.6, 4],
  [1.4, 3.5],
  [1.2, 3.2],
  [1, 3],
  [0.8, 2.7],
  [0.6, 2.5],
  [0.4, 2.2],
  [0.2, 2],
  [0, 1.7],
];

export const HIGHEST_FEE_TIER = TIERS.length - 1;

/** The fees of a level within 0…9; those of level 0 for any other. */
export function feesOfTier(tier: number): Fees {
  const [makerFeeBps, takerFeeBps] = TIERS[tier] ?? [2, 5];
  return { makerFeeBps, takerFeeBps };
}

/** The level that has these fees; 0 where none has. */
export const tierOfFees = ({ makerFeeBps, takerFeeBps }: Fees): number =>
  Math.max(
    0,
    TIERS.findIndex(([maker, taker]) => maker === makerFeeBps && taker === takerFeeBps),
  );
