/** A ledger on a database of its own, and orders and fills to put in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { createHaltLatch } from '../../adapters/postgres/halt-latch.ts';
import { createHostHalts } from '../../adapters/postgres/host-halts.ts';
import type { HostHalts } from '../../adapters/postgres/host-halts.ts';
import { createJournal } from '../../adapters/postgres/journal.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createNotifications } from '../../adapters/postgres/notifications.ts';
import type { Notifications } from '../../adapters/postgres/notifications.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import type {
  HaltLatch,
  Journal,
  Ledger,
  PrepareRequest,
  VenueOrder,
} from '../../adapters/ports.ts';
import { clientOrderId } from '../../core/orders/client-order-id.ts';
import type { ClientOrderIdPrefix } from '../../core/orders/client-order-id.ts';
import type { Fill, OrderIntent, SymbolRef } from '../../core/orders/order.ts';
import type { InstrumentRules, Quote } from '../../core/market/market.ts';
import type { RiskLimits } from '../../core/risk/risk-limits.ts';
import { PAPER_RISK_LIMITS } from '../../core/risk/risk-limits.ts';
import { startTestPostgres } from './postgres.ts';

export type LedgerWorld = {
  readonly connectionString: string;
  readonly pool: Pool;
  readonly ledger: Ledger;
  /** The same with another lifetime of what is approved and not sent. */
  ledgerOf(intentTtlMs: number): Ledger;
  readonly journal: Journal;
  readonly latch: HaltLatch;
  readonly hostHalts: HostHalts;
  readonly hostFolder: string;
  readonly notifications: Notifications;
  stop(): Promise<void>;
};

export const BTC: SymbolRef = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };
export const ETH: SymbolRef = { ...BTC, symbol: 'ETHUSDT' };
export const NOW = Date.UTC(2026, 10, 20, 12);

/** `limits` are the paper ones but for what a test says. */
export async function startLedger(
  options: { readonly limits?: Partial<RiskLimits> } = {},
): Promise<LedgerWorld> {
  const postgres = await startTestPostgres();
  const { connectionString } = postgres;
  const hostFolder = await mkdtemp(join(tmpdir(), 'tidegate-halts-'));
  const pool = createPool({ connectionString, applicationName: 'tidegate-test' });
  const notifications = createNotifications(connectionString);
  const hostHalts = createHostHalts(join(hostFolder, 'halts'));
  const limits: RiskLimits = {
    ...PAPER_RISK_LIMITS,
    allowedSymbols: ['BTCUSDT', 'ETHUSDT'],
    ...options.limits,
  };
  const ledgerOf = (intentTtlMs: number): Ledger =>
    createLedger(pool, {
      mode: 'paper',
      buildId: 'test',
      limitsFor: () => limits,
      hostHalts,
      notifications,
      intentTtlMs,
    });
  return {
    connectionString,
    pool,
    hostHalts,
    hostFolder,
    notifications,
    ledger: ledgerOf(60_000),
    ledgerOf,
    journal: createJournal(pool),
    latch: createHaltLatch(pool, { mode: 'paper', hostHalts }),
    stop: async () => {
      await notifications.close();
      await pool.end();
      await postgres.stop();
      await rm(hostFolder, { recursive: true, force: true });
    },
  };
}

/** A workflow start of the symbol, and its orders. Nothing stands: what adds risk is denied. */
export async function openSymbol(ledger: Ledger, ref: SymbolRef) {
  const opened = await ledger.openEpoch(ref, 0, `symbol:${ref.symbol}`);
  if (opened.kind === 'refused') throw new Error(opened.reason);
  return { ref, prefix: opened.prefix, nextId: idsOf(opened.prefix) };
}

/** The same with the stops of a grid, each of 0.2, which levels need. */
export async function openGuarded(ledger: Ledger, ref: SymbolRef) {
  const opened = await openSymbol(ledger, ref);
  await placeStops(ledger, opened);
  return opened;
}

export async function placeStops(ledger: Ledger, { ref, prefix }: OpenedSymbol): Promise<void> {
  const stops = [LOWER_STOP, UPPER_STOP].map((stop, i) =>
    aStop({ clientOrderId: clientOrderId(prefix, STOP_NUMBER + i), ...stop }),
  );
  for (const stop of stops) {
    await send(ledger, ref, stop);
    await acked(ledger, ref, stop);
  }
}

/** The venue took it. */
export async function acked(ledger: Ledger, ref: SymbolRef, intent: OrderIntent): Promise<void> {
  const order = aVenueOrder(intent, { venueOrderId: `at-venue-${intent.clientOrderId}` });
  await ledger.recordOutcome(ref, intent.clientOrderId, { kind: 'acked', order });
}

/** Far beyond what a test counts to. */
const STOP_NUMBER = 900_000;
const LOWER_STOP = { quantity: '0.2' } as Partial<OrderIntent>;
const UPPER_STOP = {
  ...LOWER_STOP,
  slot: 'stop:upper',
  side: 'buy',
  triggerPrice: '62100',
} as Partial<OrderIntent>;

export type OpenedSymbol = Awaited<ReturnType<typeof openSymbol>>;

function idsOf(prefix: ClientOrderIdPrefix): () => string {
  let sequence = 0;
  return () => clientOrderId(prefix, sequence++);
}

export const QUOTE: Quote = {
  time: NOW,
  bid: '59999.9',
  ask: '60000.1',
  mark: '60000',
} as Quote;

const RULES = {
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  tickSize: '0.1',
  quantityStep: '0.001',
  minQuantity: '0.001',
  maxQuantity: '1000',
  minNotional: '100',
  maxOpenOrders: 200,
  maxConditionalOrders: 10,
  percentPricePct: 5,
  makerFeeBps: 2,
  takerFeeBps: 5,
} as InstrumentRules;

/** A level that buys 0.002 at 59,700: about 120 USDT. */
export const anIntent = (intent: Partial<OrderIntent> & { clientOrderId: string }): OrderIntent =>
  ({
    role: 'level',
    slot: 'L-1:entry',
    planId: 'plan-1',
    strategy: 'grid',
    side: 'buy',
    kind: 'limit',
    quantity: '0.002',
    price: '59700',
    triggerPrice: null,
    targetPrice: intent.side === 'sell' ? '59000' : '61000',
    reduceOnly: false,
    postOnly: true,
    timeInForce: 'GTC',
    decisionId: null,
    ...intent,
  }) as OrderIntent;

/** The same as a way out, which needs no stop. */
export const aCounter = (intent: Partial<OrderIntent> & { clientOrderId: string }): OrderIntent =>
  anIntent({ role: 'counter', slot: 'L-1:exit', reduceOnly: true, ...intent });

/** The pair of a grid's level: a reduce-only stop that sells 0.006 at 57,900. */
export const aStop = (intent: Partial<OrderIntent> & { clientOrderId: string }): OrderIntent =>
  anIntent({
    role: 'stop',
    slot: 'stop:lower',
    side: 'sell',
    kind: 'stopMarket',
    quantity: '0.006' as OrderIntent['quantity'],
    price: null,
    triggerPrice: '57900' as OrderIntent['triggerPrice'],
    reduceOnly: true,
    postOnly: false,
    ...intent,
  });

export const aRequest = (
  ref: SymbolRef,
  intents: readonly OrderIntent[],
  request: Partial<PrepareRequest> = {},
): PrepareRequest => ({
  ref,
  epoch: 1,
  level: 'ACTIVE',
  quote: QUOTE,
  intents,
  rules: RULES,
  equity: '10000' as PrepareRequest['equity'],
  dataAgeMs: 100,
  priceMoves: null,
  clockSkewMs: 0,
  isReconciled: true,
  dayVolume: null,
  book: null,
  mayWait: false,
  ...request,
});

export const aSending = (ref: SymbolRef, clientOrderIds: readonly string[]) => ({
  ref,
  clientOrderIds,
  sentAt: NOW,
  dataAgeMs: 100,
  quote: QUOTE,
  priceMoves: null,
  clockSkewMs: 0,
  isReconciled: true,
});

/** Approves and sends it, as far as the venue's answer. */
export async function send(ledger: Ledger, ref: SymbolRef, intent: OrderIntent): Promise<void> {
  const { denied } = await ledger.prepareIntents(aRequest(ref, [intent]));
  if (denied.length > 0) throw new Error(JSON.stringify(denied));
  const { refused } = await ledger.beginSending(aSending(ref, [intent.clientOrderId]));
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
}

export const aVenueOrder = (
  intent: OrderIntent,
  order: Partial<VenueOrder> & { venueOrderId: string },
): VenueOrder => ({
  clientOrderId: intent.clientOrderId,
  conditional: intent.kind === 'stopMarket',
  side: intent.side,
  status: 'working',
  price: intent.price,
  triggerPrice: intent.triggerPrice,
  quantity: intent.quantity,
  executed: '0' as VenueOrder['executed'],
  reduceOnly: intent.reduceOnly,
  childOrderId: null,
  eventTime: NOW,
  ...order,
});

export const aFill = (fill: Partial<Record<keyof Fill, unknown>> & { tradeId: string }): Fill =>
  ({
    orderId: '1',
    clientOrderId: null,
    side: 'buy',
    price: '59700',
    quantity: '0.002',
    fee: '0.02388',
    feeAsset: 'USDT',
    maker: true,
    realisedProfit: '0',
    eventTime: NOW,
    ...fill,
  }) as Fill;
