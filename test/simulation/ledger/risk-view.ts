/** What the gate looks at: latch, unknown orders, protection, exposure. */
import { absQuantity, notional } from '../../../core/money/arithmetic.ts';
import { quantity } from '../../../core/money/units.ts';
import type { Money, Price, Quantity } from '../../../core/money/units.ts';
import type { OrderIntent } from '../../../core/orders/order.ts';
import { worstQuantity } from '../../../core/risk/exposure.ts';
import type { SymbolExposure, WorkingSide } from '../../../core/risk/exposure.ts';
import type { LatchView, MomentContext } from '../../../core/risk/risk-context.ts';
import { severest } from '../../../adapters/postgres/halts.ts';
import { positionOf, sumOfFills } from './figures.ts';
import { isOverdue, reservedQuantity } from './ledger-state.ts';
import type { IntentRecord, LedgerState } from './ledger-state.ts';

/** Past the activity's timeout nobody is sending it. */
const SENDING_MAX_MS = 10_000;

export function momentContext(
  state: LedgerState,
  market: Pick<
    MomentContext,
    'quote' | 'dataAgeMs' | 'priceMoves' | 'clockSkewMs' | 'isReconciled'
  >,
): MomentContext {
  const exposure = exposureOf(state);
  return {
    limits: state.limits,
    latch: latchOf(state),
    quote: market.quote,
    dataAgeMs: market.dataAgeMs,
    priceMoves: market.priceMoves,
    clockSkewMs: market.clockSkewMs,
    isReconciled: market.isReconciled,
    unknownOrders: [...state.live].filter((record) => isUnknown(state, record)).length,
    unprotectedMs: unprotectedMs(state),
    stops: { buy: standing(state, 'buy'), sell: standing(state, 'sell') },
    worst: { long: worstQuantity(exposure, 'buy'), short: worstQuantity(exposure, 'sell') },
  };
}

function latchOf(state: LedgerState): LatchView {
  const halt = severest([...state.halts.values()]);
  return halt === undefined
    ? { kind: 'clear' }
    : { kind: 'set', haltId: halt.haltId, level: halt.level };
}

const isStale = (state: LedgerState, record: IntentRecord): boolean =>
  record.state === 'SENDING' && record.changedAtMs < state.now() - SENDING_MAX_MS;

const isUnknown = (state: LedgerState, record: IntentRecord): boolean =>
  record.state === 'UNKNOWN' || isStale(state, record);

/** What the stops of a side that the venue has would trade. */
const standing = (state: LedgerState, side: OrderIntent['side']): Quantity =>
  [...state.live]
    .filter(({ intent, view }) => isStop(intent, side) && view?.status === 'working')
    .reduce(
      (sum, { intent, view }) => sum + quantity(intent.quantity) - quantity(view?.executed ?? '0'),
      0n,
    ) as Quantity;

const isStop = ({ role, side }: OrderIntent, wanted: OrderIntent['side']): boolean =>
  role === 'stop' && side === wanted;

/** How long the position has been larger than the stops that stand or are on their way. */
function unprotectedMs(state: LedgerState): number | null {
  const position = sumOfFills(state);
  const { openedAtMs } = state;
  if (position === 0n || openedAtMs === null) return null;
  const closing = position > 0n ? 'sell' : 'buy';
  const stops = [...state.intents.values()].filter(({ intent }) => isStop(intent, closing));
  const covered = stops
    .filter((r) => state.live.has(r) && !isUnknown(state, r) && !isOverdue(state, r))
    .reduce((sum, r) => sum + quantity(r.intent.quantity) - quantity(r.view?.executed ?? '0'), 0n);
  if (covered >= absQuantity(position)) return null;
  const lost = stops.filter((r) => !state.live.has(r)).map((r) => r.changedAtMs);
  return state.now() - Math.max(openedAtMs, ...lost);
}

export function exposureOf(state: LedgerState): SymbolExposure {
  const { quantity: held, cost } = positionOf([...state.fills.values()].map(({ fill }) => fill));
  return {
    quantity: held,
    cost,
    buys: workingSide(state, 'buy'),
    sells: workingSide(state, 'sell'),
  };
}

function workingSide(state: LedgerState, side: OrderIntent['side']): WorkingSide {
  let total = 0n as Quantity;
  let value = 0n as Money;
  let highestPrice: Price | null = null;
  for (const record of state.intents.values()) {
    const reserved = record.intent.side === side ? reservedQuantity(record) : 0n;
    if (reserved === 0n) continue;
    total = (total + reserved) as Quantity;
    value = (value + notional(record.reservePrice, reserved)) as Money;
    if (highestPrice === null || record.reservePrice > highestPrice)
      highestPrice = record.reservePrice;
  }
  return { quantity: total, notional: value, highestPrice };
}
