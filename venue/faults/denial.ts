/** A venue that says "not found" of an order that lives. */
import { orderDoesNotExist, unknownOrder } from '../errors.ts';

type Row = Readonly<Record<string, unknown>>;

/** One order, or all of them: of a symbol where it is given. */
export type Denied = {
  readonly clientOrderId?: string | undefined;
  readonly symbol?: string | undefined;
};
/** An order as far as a denial must know it. */
type Known = { readonly clientOrderId: string | undefined; readonly symbol: string };

const ONE_ORDER = /^(GET|PUT|DELETE) (order|openOrder|algoOrder)$/;

export const isDenied = (denied: readonly Denied[], { clientOrderId, symbol }: Known): boolean =>
  denied.some(
    (entry) =>
      (entry.clientOrderId === undefined || entry.clientOrderId === clientOrderId) &&
      (entry.symbol === undefined || entry.symbol === symbol),
  );

export type Denial = {
  readonly call: string;
  readonly denied: readonly Denied[];
  readonly clientIdOf: (orderId: number) => string | undefined;
  /** The true answer; not asked for where one order is denied. */
  readonly answer: () => unknown;
};

/**
 * Throws -2011 or -2013 where the call is for one order, and leaves denied orders out of lists. Batches
 * and cancels of all orders pass over them themselves.
 */
export function deny({ call, denied, clientIdOf, answer }: Denial): unknown {
  if (ONE_ORDER.test(call)) throw call.startsWith('DELETE ') ? unknownOrder() : orderDoesNotExist();
  const truth = answer();
  if (!Array.isArray(truth) || !call.startsWith('GET ')) return truth;
  return (truth as Row[]).filter((row) => {
    const named = row['clientOrderId'] ?? row['clientAlgoId'] ?? clientIdOf(Number(row['orderId']));
    return !isDenied(denied, {
      clientOrderId: named as string | undefined,
      symbol: String(row['symbol']),
    });
  });
}
