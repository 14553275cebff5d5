/** Times the ports of a real worker from outside: nothing in it knows that it is measured. */
import type { Feed } from '../../adapters/feed/feed.ts';
import { parseMarketFrame } from '../../adapters/exchange/binance-usdm-frames.ts';
import type { ExchangeTransport } from '../../adapters/exchange/paper-transport.ts';
import type { ExchangeGateway, Journal, Ledger } from '../../adapters/ports.ts';
import type { WorkerProbe } from '../../cli/worker.ts';
import type { PortCall, WorkerMessage } from '../worker-messages.ts';
import { wallNow } from './wall-clock.ts';

type Say = (message: WorkerMessage) => void;

/** Market times whose first tick is remembered. */
const TICKS_KEPT = 2_000;

export function createPortProbe(say: Say): WorkerProbe {
  const ticks = new TickTimes();
  return {
    ports: (ports) => ({
      transport: timedTransport(ports.transport, ticks),
      gateway: timedGateway(ports.gateway, say),
      ledger: timedLedger(ports.ledger, say),
      journal: timedJournal(ports.journal, say),
    }),
    feed: (feed) => timedFeed(feed, ticks, say),
  };
}

/** When the first tick of a market time was handed to the feed. */
class TickTimes {
  readonly #at = new Map<string, number>();

  note(symbol: string, time: number): void {
    const key = `${symbol}@${time}`;
    if (this.#at.has(key)) return;
    this.#at.set(key, wallNow());
    if (this.#at.size <= TICKS_KEPT) return;
    const [oldest] = this.#at.keys();
    this.#at.delete(oldest ?? key);
  }

  find(symbol: string, time: number): number | null {
    return this.#at.get(`${symbol}@${time}`) ?? null;
  }
}

function timedTransport(transport: ExchangeTransport, ticks: TickTimes): ExchangeTransport {
  return {
    ...transport,
    open: (observers = {}) => {
      const { onFrame } = observers;
      if (onFrame === undefined) return transport.open(observers);
      return transport.open({
        ...observers,
        onFrame: (frame, url) => {
          const parsed = parseMarketFrame(frame);
          if (parsed !== undefined) ticks.note(parsed.symbol, parsed.tick.time);
          return onFrame(frame, url);
        },
      });
    },
  };
}

type Named = Partial<Pick<PortCall, 'decisionId' | 'eventTime' | 'planIds' | 'clientOrderIds'>>;

async function timed<T>(
  say: Say,
  name: PortCall['name'],
  names: Named,
  work: () => Promise<T>,
): Promise<T> {
  const begunAt = wallNow();
  try {
    return await work();
  } finally {
    say(callOf(name, names, begunAt));
  }
}

const callOf = (name: PortCall['name'], names: Named, begunAt: number): PortCall => ({
  kind: 'port',
  name,
  begunAt,
  endedAt: wallNow(),
  decisionId: null,
  eventTime: null,
  planIds: [],
  clientOrderIds: [],
  ...names,
});

function timedGateway(gateway: ExchangeGateway, say: Say): ExchangeGateway {
  return replacing(gateway, {
    rules: (symbol) => timed(say, 'rules', {}, () => gateway.rules(symbol)),
    equity: () => timed(say, 'equity', {}, () => gateway.equity()),
    venueTime: () => {
      say(callOf('venueTime', {}, wallNow()));
      return gateway.venueTime();
    },
    place: (symbol, intents, timestamp) => {
      const clientOrderIds = intents.map((intent) => intent.clientOrderId);
      const work = () => gateway.place(symbol, intents, timestamp);
      return timed(say, 'place', { clientOrderIds }, work);
    },
  });
}

/** Methods that live on a prototype and use private fields cannot be spread: the rest is bound. */
function replacing<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      if (name in methods) return methods[name as keyof Port];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const timedLedger = (ledger: Ledger, say: Say): Ledger => ({
  ...ledger,
  prepareIntents: (request) => {
    const planIds = request.intents.map((intent) => intent.planId);
    const clientOrderIds = request.intents.map((intent) => intent.clientOrderId);
    const names = { planIds, clientOrderIds };
    return timed(say, 'prepareIntents', names, () => ledger.prepareIntents(request));
  },
  beginSending: (request) => {
    const { clientOrderIds } = request;
    return timed(say, 'beginSending', { clientOrderIds }, () => ledger.beginSending(request));
  },
});

const timedJournal = (journal: Journal, say: Say): Journal => ({
  ...journal,
  recordDecision: (ref, decision) => {
    const { decisionId, eventTime } = decision;
    const names = { decisionId, eventTime };
    return timed(say, 'recordDecision', names, () => journal.recordDecision(ref, decision));
  },
});

const timedFeed = (feed: Feed, ticks: TickTimes, say: Say): Feed => ({
  ...feed,
  watch: async (request, context) => {
    const answer = feed.watch(request, context);
    const { spec, ref } = request;
    say({
      kind: 'watching',
      symbol: ref.symbol,
      state: spec.status.state,
      awaitsEntry: spec.entryRule !== null,
      deadlines: spec.deadlines.map(({ id }) => id),
    });
    const batch = await answer;
    if (batch.events.length > 0) {
      const events = batch.events.map(({ kind, time }) => ({
        kind,
        time,
        tickAt: ticks.find(ref.symbol, time),
      }));
      say({ kind: 'returned', at: wallNow(), events });
    }
    return batch;
  },
});
