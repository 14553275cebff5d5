/** Faults as the admin port and scripts take them. */
import { z } from 'zod';
import { CANNED_REPLIES, DEFINITE_REPLIES } from './canned-replies.ts';

const ms = z.int().min(0).max(600_000);
const name = z.string().min(1).max(100);

const hits = {
  /** Chance that what matches is hit. */
  probability: z.number().min(0).max(1).default(1),
  /** Hits after which the fault is spent; unlimited when absent. */
  count: z.int().min(1).max(1_000_000).optional(),
};
/** What a kind that hits something of a symbol can be narrowed by. */
const scope = { ...hits, symbol: z.string().max(40).optional() };

/** `call` is method and path without the version, e.g. `POST order`; every call when absent. */
const onCalls = { ...scope, call: name.optional() };
const clientOrderId = z.string().min(1).max(64).optional();

/** User events; `event` is the stream's word (`ORDER_TRADE_UPDATE`), `status` an order's. */
const onEvents = {
  ...scope,
  account: name.optional(),
  event: name.optional(),
  status: name.optional(),
};

/** Sockets and public frames; `stream` is `user`, a stream's name or its end (`@trade`). */
const onStreams = { ...scope, stream: name.optional() };

export const faultInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('delayReply'), ms, ...onCalls }),
  z.strictObject({ kind: z.literal('holdInTransit'), ms, ...onCalls }),
  z.strictObject({ kind: z.literal('dropBeforeAccept'), ...onCalls }),
  z.strictObject({ kind: z.literal('dropAfterAccept'), ...onCalls }),
  z
    .strictObject({
      kind: z.literal('replyInstead'),
      reply: z.enum(CANNED_REPLIES),
      /** Whether the call is done all the same; only where the reply leaves that open. */
      accepted: z.boolean().optional(),
      /** For the replies that say when to come back. */
      retryAfterS: z.int().min(0).max(259_200).optional(),
      ...onCalls,
    })
    .refine((input) => input.accepted !== true || !DEFINITE_REPLIES.has(input.reply), {
      path: ['accepted'],
      error: 'must be false: the reply means that nothing was done',
    }),
  /** The venue's clock is ahead of the real one by so much (behind when negative). */
  z.strictObject({
    kind: z.literal('clockSkew'),
    ms: z.int().min(-600_000).max(600_000),
    ...onCalls,
  }),
  /** The venue knows nothing of an order that lives: this one, or all of them. */
  z.strictObject({ kind: z.literal('notFound'), clientOrderId, ...onCalls }),
  /** Before a cancel is done the order trades: all of it, or this share of what is left. */
  z.strictObject({
    kind: z.literal('fillBeforeCancel'),
    share: z.number().gt(0).max(1).default(1),
    ...onCalls,
  }),
  /** Every call is answered 503, sockets are cut and refused. */
  z.strictObject({ kind: z.literal('maintenance') }),
  z.strictObject({
    kind: z.literal('duplicateEvent'),
    copies: z.int().min(1).max(100).default(1),
    ...onEvents,
  }),
  z.strictObject({ kind: z.literal('lateEvent'), ms, ...onEvents }),
  z.strictObject({ kind: z.literal('dropEvent'), ...onEvents }),
  /** The event comes after the next one of the account, at the latest after so much time. */
  z.strictObject({ kind: z.literal('reorderEvents'), ms: ms.default(2_000), ...onEvents }),
  z.strictObject({ kind: z.literal('dropFrame'), ...onStreams }),
  /** Connected and answering pings, but nothing is told. */
  z.strictObject({ kind: z.literal('silentSocket'), ...onStreams }),
  /** Nothing goes in or out until the fault is removed; then everything comes at once. */
  z.strictObject({ kind: z.literal('frozenSocket'), ...onStreams }),
  /** Each write to the journal takes so much longer, and everybody waits. */
  z.strictObject({ kind: z.literal('slowDisk'), ms: z.int().min(1).max(5_000), ...hits }),
  z.strictObject({ kind: z.literal('fullDisk'), ...hits }),
]);

export type FaultInput = z.output<typeof faultInput>;
export type FaultKind = FaultInput['kind'];
export type FaultOf<K extends FaultKind> = Extract<FaultInput, { kind: K }>;
