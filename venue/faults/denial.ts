/** A venue that says "not found" of an order that lives. */
import { orderDoesNotExist, unknownOrder } from '../errors.ts';

type Row = Readonly<Record<string, unknown>>;

const CANCEL = /^DELETE /;
const ONE_ORDER = /^(GET|PUT|DELETE) (order|openOrder|algoOrder)$/;

export type Denial = {
  readonly call: string;
  /** Client ids, `undefined` for every order. */
  readonly denied: readonly (string | undefined)[];
  readonly clientIdOf: (orderId: number) => string | undefined;
  /** The true answer; not asked for where one order is denied. */
  readonly answer: () => unknown;
};

/** Throws -2011 or -2013 where the call is for one order, and leaves denied orders out of lists. */
export function deny({ call, denied, clientIdOf, answer }: Denial): unknown {
  if (ONE_ORDER.test(call)) throw CANCEL.test(call) ? unknownOrder() : orderDoesNotExist();
  const truth = answer();
  if (!Array.isArray(truth) || CANCEL.test(call)) return truth;
  const isDenied = (row: Row): boolean => {
    const named = row['clientOrderId'] ?? row['clientAlgoId'] ?? clientIdOf(Number(row['orderId']));
    return denied.some((clientId) => clientId === undefined || clientId === named);
  };
  return (truth as Row[]).filter((row) => !isDenied(row));
}
