/** The order path: gate, send once, cancel. What is not definitely refused is unknown. */
import { isTerminalStatus } from '../core/orders/order.ts';
import type { OrderIntent, SymbolRef } from '../core/orders/order.ts';
import { takesLiquidity } from '../core/risk/liquidity-rules.ts';
import type { CancelOutcome, ResolveOutcome, SubmitOutcome } from '../core/orders/outcomes.ts';
import type { PlaceReply, PrepareRequest, Prepared } from '../adapters/ports.ts';
import type {
  AmendRequest,
  CheckRiskRequest,
  CheckRiskResult,
  SymbolActivities,
} from '../workflows/activity-contract.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { resolveOnce } from './resolve-order.ts';
import { createVenueWatch } from './venue-watch.ts';

export function createOrderActivities(
  deps: ActivityDeps,
): Pick<SymbolActivities, 'checkRisk' | 'submitOrders' | 'amendOrders' | 'cancelOrders'> {
  const watch = createVenueWatch(deps);
  return {
    checkRisk: (request) => checkRisk(deps, watch, request),
    submitOrders: ({ ref, clientOrderIds }) => submit(deps, ref, clientOrderIds),
    amendOrders: async ({ ref, orders }) => {
      const ids = orders.map(({ clientOrderId }) => clientOrderId);
      const mayChange = await deps.ledger.beginAmending(ref, ids);
      return Promise.all(orders.map((order) => amend(deps, ref, order, mayChange)));
    },
    cancelOrders: async ({ ref, orders }) => {
      const ids = orders.map(({ clientOrderId }) => clientOrderId);
      const [outcomes] = await Promise.all([
        Promise.all(
          orders.map(({ clientOrderId, conditional }) =>
            cancel(deps, ref, clientOrderId, conditional),
          ),
        ),
        // It counts for the rate of messages; no cancel waits for that or fails with it.
        deps.ledger.noteCancels(ref, ids).catch(() => undefined),
      ]);
      return outcomes;
    },
  };
}

type VenueWatch = ReturnType<typeof createVenueWatch>;

async function checkRisk(
  deps: ActivityDeps,
  watch: VenueWatch,
  request: CheckRiskRequest,
): Promise<CheckRiskResult> {
  const { ref, intents } = request;
  await watch.block(ref, request.quote.time);
  // Protection never waits.
  if (intents.every(({ reduceOnly }) => !reduceOnly)) await reconciled(deps, ref.symbol);
  for (let waitedMs = 0; ; waitedMs += QUEUE_POLL_MS) {
    const mayWait = waitedMs < QUEUE_MS;
    const { isBusy, ...checked } = await judge(deps, watch, request, mayWait);
    if (!isBusy) return checked;
    await deps.sleep(QUEUE_POLL_MS);
  }
}

/** P12: by how much (wall) a request may wait for the rate of messages before it is denied. */
const QUEUE_MS = 1_000;
const QUEUE_POLL_MS = 100;

/** By the prices of now, each time. */
async function judge(
  deps: ActivityDeps,
  watch: VenueWatch,
  { ref, epoch, level, intents }: CheckRiskRequest,
  mayWait: boolean,
): Promise<Prepared> {
  const [rules, { equity }, fresh, book] = await Promise.all([
    deps.gateway.rules(ref.symbol),
    deps.gateway.equity(),
    freshData(deps, ref.symbol),
    intents.some(asksForDepth) ? deps.gateway.book(ref.symbol) : null,
  ]);
  await watch.clock(ref, fresh.quote.time);
  const market = { ...fresh, book, dayVolume: deps.feed.dayVolume(ref.symbol) };
  const asked = { ref, epoch, level, intents, rules, equity, mayWait };
  return deps.ledger.prepareIntents({ ...asked, ...market });
}

/** Only entries of scalps do: the book costs a request. */
const asksForDepth = (order: OrderIntent): boolean => !order.reduceOnly && takesLiquidity(order);

/** Wall time by which the look at the venue that follows a new connection may hold up new risk. */
const RECONCILE_WAIT_MS = 1_000;
const RECONCILE_POLL_MS = 20;

/** Resolves when the ledger is as new as the venue, or after a second: then the gate denies. */
async function reconciled({ feed, sleep }: ActivityDeps, symbol: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < RECONCILE_WAIT_MS; waitedMs += RECONCILE_POLL_MS) {
    if (feed.isReconciled(symbol)) return;
    await sleep(RECONCILE_POLL_MS);
  }
}

type FreshData = Pick<
  PrepareRequest,
  'quote' | 'dataAgeMs' | 'priceMoves' | 'clockSkewMs' | 'isReconciled'
>;

/** The feed's own quote where this process holds one; else the venue is asked just now. */
async function freshData({ feed, gateway }: ActivityDeps, symbol: string): Promise<FreshData> {
  const dataAgeMs = feed.dataAgeMs(symbol);
  const quote = feed.latestQuote(symbol);
  const here = {
    clockSkewMs: gateway.clockSkewMs(),
    isReconciled: feed.isReconciled(symbol),
  };
  if (dataAgeMs !== null && quote !== null)
    return { quote, dataAgeMs, priceMoves: feed.priceMoves(symbol), ...here };
  return { quote: await gateway.quote(symbol), dataAgeMs: 0, priceMoves: null, ...here };
}

/** Rows first, then one request, then its outcome: nothing is sent that is not recorded. */
async function submit(
  deps: ActivityDeps,
  ref: SymbolRef,
  clientOrderIds: readonly string[],
): Promise<readonly SubmitOutcome[]> {
  const { gateway, ledger } = deps;
  const sentAt = gateway.venueTime();
  const fresh = await freshData(deps, ref.symbol);
  const { send, refused, alreadySending } = await ledger.beginSending({
    ref,
    clientOrderIds,
    sentAt,
    ...fresh,
  });
  const sent = send.length === 0 ? [] : await place(deps, ref, send, sentAt);
  return [
    ...sent,
    ...refused.map(({ clientOrderId, reason }) => ({
      clientOrderId,
      kind: 'denied' as const,
      reason,
    })),
    ...alreadySending.map((clientOrderId) => ({
      clientOrderId,
      kind: 'unknown' as const,
      message: 'another attempt is sending it',
    })),
  ];
}

async function place(
  { gateway, ledger }: ActivityDeps,
  ref: SymbolRef,
  intents: readonly OrderIntent[],
  sentAt: number,
): Promise<readonly SubmitOutcome[]> {
  const replies = await gateway.place(ref.symbol, intents, sentAt);
  return Promise.all(
    intents.map(async ({ clientOrderId }, i) => {
      const reply = replies[i] ?? { kind: 'unknown' as const, message: 'no reply' };
      await ledger.recordOutcome(ref, clientOrderId, reply);
      return outcomeOf(clientOrderId, reply);
    }),
  );
}

function outcomeOf(clientOrderId: string, reply: PlaceReply): SubmitOutcome {
  if (reply.kind !== 'acked') return { clientOrderId, ...reply };
  const { status, executed } = reply.order;
  return { clientOrderId, kind: 'acked', status, executed };
}

/**
 * Whatever the venue answers, the order's own state follows: a cancel that was taken is confirmed
 * by asking once, so that a lost event does not leave the slot occupied.
 */
async function cancel(
  { gateway, ledger }: ActivityDeps,
  ref: SymbolRef,
  clientOrderId: string,
  conditional: boolean,
): Promise<CancelOutcome> {
  const outcome = await gateway.cancel(ref.symbol, clientOrderId, conditional);
  if (outcome.kind !== 'requested') return outcome;
  const order = await gateway.findOrder(ref.symbol, clientOrderId).catch(() => undefined);
  if (order !== undefined) await ledger.recordOrder(ref, order);
  return outcome;
}

/** Whatever the venue answers, the order itself is asked unless the answer is the order. */
async function amend(
  deps: ActivityDeps,
  ref: SymbolRef,
  { clientOrderId, ...change }: AmendRequest,
  mayChange: boolean,
): Promise<ResolveOutcome> {
  const { gateway, ledger } = deps;
  const reply = mayChange
    ? await gateway.amend(ref.symbol, clientOrderId, change, gateway.venueTime())
    : LOCKED_OUT;
  if (reply.kind === 'acked') {
    const { status, executed, price } = reply.order;
    await ledger.recordOrder(ref, reply.order);
    return { clientOrderId, kind: 'found', status, executed, price };
  }
  const now = await resolveOnce(deps, ref, clientOrderId);
  const isRefused =
    now.kind === 'found' && !isTerminalStatus(now.status) && now.price !== change.price;
  // Asked about again before the next attempt: a venue that refuses is not asked in a loop.
  return isRefused ? { clientOrderId, kind: 'pending', message: reply.message } : now;
}

const LOCKED_OUT = { kind: 'rejected', message: 'LOCKOUT' } as const;
