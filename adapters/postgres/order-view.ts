/** From the venue's orders of one intent to what we say of it. Pure. */
import { formatDecimal, parseDecimal } from '../../core/money/decimal-text.ts';
import { isTerminalStatus } from '../../core/orders/order.ts';
import type { OrderKind, OrderStatus } from '../../core/orders/order.ts';
import type { QuantityText } from '../../core/money/units.ts';

/** A row of `orders`: an order or, for a conditional one, the order that it triggered. */
export type VenueOrderView = {
  readonly conditional: boolean;
  readonly status: OrderStatus;
  readonly executed: QuantityText;
  readonly childOrderId: string | null;
  readonly eventTime: number;
};

export type OrderView = {
  readonly status: OrderStatus;
  readonly executed: QuantityText;
  readonly eventTime: number;
};

/** Undefined while the venue has said nothing of it. Duplicates: the one that came furthest. */
export function orderView(
  kind: OrderKind,
  orders: readonly VenueOrderView[],
): OrderView | undefined {
  const ordinary = furthest(orders.filter(({ conditional }) => !conditional));
  if (kind !== 'stopMarket') return ordinary;
  const conditional = furthest(orders.filter((order) => order.conditional));
  return ordinary === undefined ? untriggered(conditional) : triggered(ordinary, conditional);
}

/** Once it has triggered, only its child can say how it ended. */
function triggered(child: VenueOrderView, parent: VenueOrderView | undefined): OrderView {
  return {
    status: child.status === 'working' ? 'triggered' : child.status,
    executed: child.executed,
    eventTime: Math.max(child.eventTime, parent?.eventTime ?? 0),
  };
}

function untriggered(parent: VenueOrderView | undefined): OrderView | undefined {
  if (parent === undefined) return undefined;
  const waitsForChild = parent.childOrderId !== null || parent.status === 'filled';
  return {
    status: waitsForChild ? 'triggered' : parent.status,
    executed: '0' as QuantityText,
    eventTime: parent.eventTime,
  };
}

function furthest(orders: readonly VenueOrderView[]): VenueOrderView | undefined {
  return orders.reduce<VenueOrderView | undefined>(
    (best, order) => (best === undefined || rank(order.status) > rank(best.status) ? order : best),
    undefined,
  );
}

/** The same order as `status_rank` in the database. */
function rank(status: OrderStatus): number {
  if (status === 'filled') return 4;
  if (isTerminalStatus(status)) return 3;
  return ['working', 'triggered', 'partiallyFilled'].indexOf(status);
}

/** The view with what came before: a status never falls back, executions never shrink. */
export function forward(
  before: Pick<OrderView, 'status' | 'executed'> | null,
  now: OrderView,
  quantity: QuantityText,
): OrderView {
  const executed = larger(before?.executed ?? ('0' as QuantityText), now.executed);
  const status =
    before === null || rank(now.status) > rank(before.status) ? now.status : before.status;
  const complete = (parseDecimal(executed) ?? 0n) >= (parseDecimal(quantity) ?? 0n);
  return { ...now, executed, status: complete ? 'filled' : status };
}

function larger(a: QuantityText, b: QuantityText): QuantityText {
  const [x, y] = [parseDecimal(a) ?? 0n, parseDecimal(b) ?? 0n];
  return formatDecimal(x > y ? x : y) as QuantityText;
}
