/** What a request is about, as far as faults ask: its call, its symbols, the orders that it names. */
import { algoOfAnyone, orderOfAnyone } from '../../core/matching/queries.ts';
import type { MatchingState } from '../../core/matching/state.ts';
import type { Asked } from '../faults/suffering.ts';
import { parseJson } from '../message-text.ts';
import { callName, parametersOf } from './router.ts';
import type { RestRequest } from './router.ts';

type Texts = Readonly<Record<string, string | undefined>>;
type Named = { readonly clientOrderId: string; readonly symbol: string };

/** Their ids say where the list begins. */
const LISTS = /^GET (all\w*Orders|open\w*Orders|forceOrders)$/;

const ID_FIELDS = ['orderId', 'algoId', 'origClientOrderId', 'clientAlgoId'];
const LIST_FIELDS: Readonly<Record<string, string>> = {
  orderIdList: 'orderId',
  orderidlist: 'orderId',
  origClientOrderIdList: 'origClientOrderId',
  origclientorderidlist: 'origClientOrderId',
};

export function askedBy(request: RestRequest, state: MatchingState): Asked {
  const { method, path } = request;
  const call = callName(method, path)?.name ?? `${method} ${path}`;
  const entries = entriesOf(request);
  const symbols = entries.flatMap((entry) => {
    const { symbol = LISTS.test(call) ? undefined : orderOf(entry, state)?.symbol } = entry;
    return symbol === undefined ? [] : [symbol];
  });
  return {
    call,
    symbols: [...new Set(symbols)],
    clientOrderIds: () => {
      const naming = entries.filter((entry) => ID_FIELDS.some((name) => entry[name] !== undefined));
      if (LISTS.test(call) || naming.length === 0) return undefined;
      return naming.flatMap((entry) => {
        const given = entry['origClientOrderId'] ?? entry['clientAlgoId'];
        const named = orderOf(entry, state)?.clientOrderId ?? given;
        return named === undefined ? [] : [named];
      });
    },
  };
}

/** The request's own fields, or those of each entry of its batch. */
function entriesOf(request: RestRequest): readonly Texts[] {
  const parameters = request.parameters ?? parametersOf(request);
  const batch = parseJson(parameters.text('batchOrders') ?? '');
  if (Array.isArray(batch)) return batch.map(textsOf);
  const own = Object.fromEntries(
    ['symbol', ...ID_FIELDS].map((name) => [name, parameters.text(name)]),
  );
  for (const [list, name] of Object.entries(LIST_FIELDS)) {
    const ids = parseJson(parameters.text(list) ?? '');
    if (Array.isArray(ids)) return ids.map((id: unknown) => textsOf({ ...own, [name]: id }));
  }
  return [own];
}

/** The fields that are texts or numbers. */
function textsOf(entry: unknown): Texts {
  const fields = typeof entry === 'object' && entry !== null ? Object.entries(entry) : [];
  return Object.fromEntries(
    fields.flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  );
}

/** The order that the venue's id names, or the conditional one that either id names. */
function orderOf(entry: Texts, state: MatchingState): Named | undefined {
  const { orderId, algoId, clientAlgoId } = entry;
  if (orderId !== undefined) return orderOfAnyone(state, Number(orderId));
  const key = {
    ...(algoId === undefined ? {} : { algoId: Number(algoId) }),
    ...(clientAlgoId === undefined ? {} : { clientAlgoId }),
  };
  const algo = algoOfAnyone(state, key);
  return algo && { clientOrderId: algo.clientAlgoId, symbol: algo.symbol };
}
