/** Several orders in one request: each entry is a call of its own. */
import { z } from 'zod';
import { malformedParameter, VenueError } from '../errors.ts';
import { parseJson } from '../message-text.ts';
import { Parameters } from '../parameters.ts';
import { tapeOf } from './route.ts';
import type { Call } from './route.ts';

const MAX_BATCH = 5;
const MAX_BATCH_CANCEL = 10;

const batchEntry = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** The calls of a `batchOrders` parameter: one to five orders as JSON text. */
export function batchOf(call: Call): Call[] {
  const parsed = z.array(batchEntry).safeParse(parseJson(call.parameters.required('batchOrders')));
  if (!parsed.success || parsed.data.length === 0) throw malformedParameter('batchOrders');
  if (parsed.data.length > MAX_BATCH)
    throw new VenueError(-4082, 'Invalid number of batch place orders.');
  return parsed.data.map((entry) => {
    const fields = Object.entries(entry).map(([name, value]) => [name, String(value)] as const);
    return { ...call, parameters: new Parameters(fields) };
  });
}

/** Each entry answers for itself: an order, or a code with its text. */
export function each(calls: readonly Call[], handle: (call: Call) => unknown): unknown[] {
  return calls.map((call) => {
    try {
      return handle(call);
    } catch (error) {
      if (error instanceof VenueError) return { code: error.code, msg: error.message };
      throw error;
    }
  });
}

const idList = z.array(z.union([z.string(), z.number()])).max(MAX_BATCH_CANCEL);

/** As documented, and as ccxt spells them. */
const ID_LISTS = ['orderIdList', 'orderidlist'];
const CLIENT_ID_LISTS = ['origClientOrderIdList', 'origclientorderidlist'];

/** The calls of a list of ids, venue's or client's. */
export function cancelBatchOf(call: Call): Call[] {
  const symbol = tapeOf(call).rules.symbol;
  const isSent = (name: string): boolean => call.parameters.text(name) !== undefined;
  const byId = ID_LISTS.find(isSent);
  const name = byId ?? CLIENT_ID_LISTS.find(isSent) ?? 'orderIdList';
  const parsed = idList.safeParse(parseJson(call.parameters.required(name)));
  if (!parsed.success) throw malformedParameter(name);
  const key = byId === undefined ? 'origClientOrderId' : 'orderId';
  return parsed.data.map((id) => ({
    ...call,
    parameters: new Parameters([
      ['symbol', symbol],
      [key, String(id)],
    ]),
  }));
}
