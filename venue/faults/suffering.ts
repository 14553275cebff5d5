/** What a REST call suffers from the faults that hit it. */
import { DEFINITE_REPLIES } from './canned-replies.ts';
import type { CannedReply } from './canned-replies.ts';
import type { Denied } from './denial.ts';
import type { FaultInput } from './fault-input.ts';

/** What a call has to suffer; all zero and empty when nothing matches. */
export type Suffering = {
  readonly holdMs: number;
  readonly dropBefore: boolean;
  readonly dropAfter: boolean;
  readonly delayMs: number;
  /** The venue's clock against the real one. */
  readonly skewMs: number;
  readonly reply: InsteadOf | undefined;
  readonly maintenance: boolean;
  readonly denied: readonly Denied[];
  /** Of an order's rest that trades before it is cancelled. */
  readonly fillShare: number;
};
type InsteadOf = {
  readonly reply: CannedReply;
  readonly accepted: boolean;
  readonly retryAfterS: number | undefined;
};

export const NO_SUFFERING: Suffering = {
  holdMs: 0,
  dropBefore: false,
  dropAfter: false,
  delayMs: 0,
  skewMs: 0,
  reply: undefined,
  maintenance: false,
  denied: [],
  fillShare: 0,
};

/** What a call is about. */
export type Asked = {
  readonly call: string;
  /** Those that it names: itself, in the entries of a batch, by the id of an order. */
  readonly symbols: readonly string[];
  /** Client ids of the orders that it names, directly or by the venue's id; undefined for lists. */
  readonly clientOrderIds: () => readonly string[] | undefined;
};

const CANCELS =
  /^DELETE (order|allOpenOrders|batchOrders|algoOrder|algoOpenOrders|openAlgoOrders)$/;
/** Calls that tell of orders or change those that exist. */
const ORDER_CALLS = new RegExp(
  [
    '^(GET|PUT|DELETE) order$',
    '^(PUT|DELETE) batchOrders$',
    '^(GET|DELETE) algoOrder$',
    '^DELETE (allOpenOrders|algoOpenOrders|openAlgoOrders)$',
    '^GET (openOrder|openOrders|allOrders|forceOrders|userTrades|openAlgoOrders|allAlgoOrders)$',
  ].join('|'),
);

/** Whether a fault of this kind can hit the call at all. */
export function isAbout(input: FaultInput, asked: Asked): boolean {
  switch (input.kind) {
    case 'delayReply':
    case 'holdInTransit':
    case 'dropBeforeAccept':
    case 'dropAfterAccept':
    case 'replyInstead':
    case 'clockSkew':
    case 'maintenance':
      return true;
    case 'fillBeforeCancel':
      return CANCELS.test(asked.call);
    case 'notFound':
      return ORDER_CALLS.test(asked.call) && isDenied(input.clientOrderId, asked);
    default:
      return false;
  }
}

function isDenied(denied: string | undefined, asked: Asked): boolean {
  if (denied === undefined) return true;
  const named = asked.clientOrderIds();
  return named === undefined || named.includes(denied);
}

export function suffer(all: Suffering, input: FaultInput): Suffering {
  switch (input.kind) {
    case 'delayReply':
      return { ...all, delayMs: all.delayMs + input.ms };
    case 'holdInTransit':
      return { ...all, holdMs: all.holdMs + input.ms };
    case 'dropBeforeAccept':
      return { ...all, dropBefore: true };
    case 'dropAfterAccept':
      return { ...all, dropAfter: true };
    case 'replyInstead': {
      const { reply, accepted = !DEFINITE_REPLIES.has(reply), retryAfterS } = input;
      return { ...all, reply: { reply, accepted, retryAfterS } };
    }
    case 'clockSkew':
      return { ...all, skewMs: all.skewMs + input.ms };
    case 'maintenance':
      return { ...all, maintenance: true };
    case 'notFound':
      return { ...all, denied: [...all.denied, input] };
    case 'fillBeforeCancel':
      return { ...all, fillShare: Math.max(all.fillShare, input.share) };
    default:
      return all;
  }
}
