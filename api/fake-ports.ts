/** Plain fakes of every port, for tests: a clock that jumps, a venue, a Temporal, a database. */
import { loadConfig } from '../adapters/config/load-config.ts';
import type { HaltLatch, VenueOrder } from '../adapters/ports.ts';
import type { EpochMs } from '../core/market/market.ts';
import type { SymbolStatus } from '../core/market/watch.ts';
import type { MoneyText, PriceText, QuantityText } from '../core/money/units.ts';
import { clientOrderId } from '../core/orders/client-order-id.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { SymbolRow, TradeRow } from '../adapters/postgres/api-reads.ts';
import type { ActiveHalt } from '../adapters/postgres/reads/halts.ts';
import type { ApiClock, ApiDeps } from './ports.ts';

export const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const INSTANCE = 'test';

/** Sleeps end in the order of their due times, each after every microtask before it. */
export function createFakeClock(): ApiClock {
  const timers: { due: EpochMs; wake: () => void }[] = [];
  let now = NOW;
  let pumping = false;

  function pump(): void {
    timers.sort((a, b) => a.due - b.due);
    const next = timers.shift();
    if (next === undefined) {
      pumping = false;
      return;
    }
    now = Math.max(now, next.due);
    next.wake();
    setImmediate(pump);
  }

  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        timers.push({ due: now + ms, wake });
        if (pumping) return;
        pumping = true;
        setImmediate(pump);
      }),
  };
}

const refOf = (symbol: string): SymbolRef => ({
  account: 'paper',
  venue: 'binance-usdm',
  symbol,
});

export const aStatus = (changes: Partial<SymbolStatus> = {}): SymbolStatus => ({
  epoch: 1,
  state: 'rangingGrid.working',
  level: 'ACTIVE',
  haltReason: null,
  regime: 'ranging',
  strategy: 'rangingGrid',
  decisionCode: 'GRID_KEPT',
  decisionReason: 'the grid stands',
  positionQuantity: '0',
  entryPrice: null,
  openOrders: 6,
  protectiveStops: [],
  gridProfit: '0',
  unknownOrders: 0,
  restraints: [],
  marketTime: NOW - 60_000,
  ...changes,
});

export const aRow = (symbol: string, changes: Partial<SymbolRow> = {}): SymbolRow => ({
  ref: refOf(symbol),
  status: aStatus(),
  recordedAt: NOW - 500,
  fees: '0.5' as MoneyText,
  funding: '-0.1' as MoneyText,
  lastFill: null,
  ...changes,
});

export const anOrder = (changes: Partial<VenueOrder> = {}): VenueOrder => ({
  clientOrderId: ownId(1),
  venueOrderId: '1',
  conditional: false,
  side: 'buy',
  status: 'working',
  price: '60000' as PriceText,
  triggerPrice: null,
  quantity: '0.01' as QuantityText,
  executed: '0' as QuantityText,
  reduceOnly: false,
  childOrderId: null,
  eventTime: NOW,
  ...changes,
});

export const ownId = (sequence: number, instance = INSTANCE): string =>
  clientOrderId({ instance, symbolCode: 'abcde', epoch: 1 }, sequence);

/** What the fakes hold; a test changes it and looks at `calls` afterwards. */
export type World = {
  running: Set<string>;
  rows: SymbolRow[];
  trades: TradeRow[];
  /** Over the account and over single symbols; null: the latch cannot be read. */
  halts: ActiveHalt[] | null;
  orders: Map<string, VenueOrder[]>;
  sending: number[];
  /** Every call that changes something outside, in order. */
  calls: string[];
  logged: string[];
};

export function aWorld(changes: Partial<World> = {}): World {
  return {
    running: new Set(),
    rows: [],
    trades: [],
    halts: [],
    orders: new Map(),
    sending: [],
    calls: [],
    logged: [],
    ...changes,
  };
}

function testConfig(): ApiDeps['config'] {
  const loaded = loadConfig({});
  if (!loaded.ok) throw new Error('the default configuration must load');
  return loaded.config;
}

export function fakeDeps(world: World, overrides: Partial<ApiDeps> = {}): ApiDeps {
  let ids = 0;
  return {
    config: testConfig(),
    venueId: 'binance-usdm',
    instance: () => INSTANCE,
    workflows: fakeWorkflows(world),
    latch: fakeLatch(world),
    reads: fakeReads(world),
    venue: fakeVenue(world),
    clock: createFakeClock(),
    newId: () => `halt-${(ids += 1)}`,
    closing: new AbortController().signal,
    log: (message) => {
      world.logged.push(message);
    },
    ...overrides,
  };
}

export function fakeWorkflows(world: World): ApiDeps['workflows'] {
  const signal = (name: string) => async (ref: SymbolRef, message: object) => {
    if (!world.running.has(ref.symbol)) return 'notRunning' as const;
    world.calls.push(`${name} ${ref.symbol} ${JSON.stringify(message)}`);
    return 'signalled' as const;
  };
  return {
    startSymbol: async ({ symbol }) => {
      world.calls.push(`start ${symbol}`);
      if (world.running.has(symbol)) return 'alreadyRunning';
      world.running.add(symbol);
      return 'started';
    },
    signalHalt: signal('halt'),
    signalResume: signal('resume'),
    signalLevel: signal('level'),
    signalStop: signal('stop'),
    describe: async ({ symbol }) => (world.running.has(symbol) ? 'running' : 'notRunning'),
    listRunning: async () => [...world.running].map(refOf),
    ping: async () => {},
  };
}

export const aHalt = (changes: Partial<ActiveHalt> = {}): ActiveHalt => ({
  account: 'paper',
  haltId: 'h1',
  level: 'HALT',
  reason: 'drill',
  by: 'cli',
  symbols: null,
  setAt: '2026-11-20T11:00:00.000Z',
  ...changes,
});

/** As the port says: it reads the halt over the whole account only. */
export function fakeLatch(world: World): HaltLatch {
  return {
    read: async () => {
      if (world.halts === null) return { kind: 'unreadable', message: 'no file' };
      const halt = world.halts.find(({ symbols }) => symbols === null);
      return halt === undefined ? { kind: 'clear' } : { kind: 'set', ...halt, since: halt.setAt };
    },
    set: async (halt) => {
      world.calls.push(`latch ${halt.haltId}`);
      world.halts?.push(
        aHalt({ ...halt, symbols: halt.symbols === null ? null : [...halt.symbols] }),
      );
      return { latched: true };
    },
    clear: async ({ haltId }) => {
      world.calls.push(`clear ${haltId}`);
      const before = world.halts ?? [];
      world.halts = before.filter((halt) => halt.haltId !== haltId);
      return world.halts.length < before.length;
    },
  };
}

export function fakeReads(world: World): ApiDeps['reads'] {
  return {
    ping: async () => {},
    symbols: async () => world.rows,
    halts: async () => world.halts ?? [],
    recentTrades: async (_account, limit) => world.trades.slice(0, limit),
    accountUse: async () => ({
      grossNotional: '1500' as MoneyText,
      openOrders: 6,
      realisedToday: '-60' as MoneyText,
    }),
    limitFigures: async () => ({
      highestEquity: '10000' as MoneyText,
      isFirstDay: false,
      symbols: [aSymbolFigure('BTCUSDT', '600', 4, 30), aSymbolFigure('ETHUSDT', '900', 2, null)],
    }),
    sendingCount: async () => world.sending.shift() ?? 0,
  };
}

const aSymbolFigure = (
  symbol: string,
  notional: string,
  openOrders: number,
  ordersToday: number | null,
) => ({ symbol, positionNotional: notional as MoneyText, openOrders, ordersToday });

/** Cancelled orders are gone from the next listing. */
export function fakeVenue(world: World): ApiDeps['venue'] {
  return {
    openOrders: async (symbol) => world.orders.get(symbol) ?? [],
    openOrdersAll: async () =>
      [...world.orders].flatMap(([symbol, orders]) =>
        orders.map((order) => ({ ...order, symbol })),
      ),
    cancelAll: async (symbol) => {
      world.calls.push(`cancelAll ${symbol}`);
      const open = world.orders.get(symbol) ?? [];
      world.orders.set(
        symbol,
        open.filter(({ conditional }) => conditional),
      );
    },
    cancel: async (symbol, id) => {
      world.calls.push(`cancel ${id}`);
      const open = world.orders.get(symbol) ?? [];
      world.orders.set(
        symbol,
        open.filter(({ clientOrderId: other }) => other !== id),
      );
      return { clientOrderId: id, kind: 'requested', message: '' };
    },
    equity: async () => ({ wallet: '9900' as MoneyText, equity: '9950' as MoneyText }),
    quote: async () => ({
      time: NOW,
      bid: '59999' as PriceText,
      ask: '60001' as PriceText,
      mark: '60000' as PriceText,
    }),
  };
}
