/** Orders a second in `core/matching` alone, and with the venue's journal under it. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Command, Place } from '../../core/matching/commands.ts';
import { apply } from '../../core/matching/apply.ts';
import { createMatching } from '../../core/matching/state.ts';
import type { MarketStep } from '../../core/market/market.ts';
import { instrumentOf } from '../../core/market/instruments.ts';
import { openVenue } from '../../venue/opening.ts';
import { matchingConfig } from '../../venue/matching-config.ts';
import { parseVenueSettings } from '../../venue/options.ts';
import { createClonedMarket } from '../market/cloned-market.ts';
import { round, summarise } from '../harness/quantiles.ts';
import type { Summary } from '../harness/quantiles.ts';

export type Load = {
  readonly ordersPerS: number;
  /** The same by the processor time of this process: what a core of its own would carry. */
  readonly ordersPerCpuS: number;
  /** Wall time of one order, µs. */
  readonly latencyUs: Summary;
};

const SYMBOL = 'BTCUSDT';
const ACCOUNT = 'bench';
/** Resting orders before all of them are cancelled; the venue allows 200. */
const RESTING = 100;
const DEPOSIT = '100000000';

/** `resting`: limit orders far from the touch. `market`: each one fills, sides alternating. */
export type OrderMix = 'resting' | 'market';

export function measureMatching(mix: OrderMix, orders: number): Load {
  const state = createMatching(matchingConfig([instrumentOf(SYMBOL)]));
  apply(state, deposit());
  apply(state, { type: 'market', step: quote(1) });
  return measure(mix, orders, (command) => apply(state, command).reply.ok);
}

/** The same through the venue's exchange: every order is in the journal file when it is answered. */
export function measureJournaled(mix: OrderMix, orders: number, folder: string): Load {
  const venue = openBenchVenue(join(folder, `journaled-${mix}.ndjson`), Date.now());
  venue.exchange.step(quote(venue.exchange.marketTime + 1));
  const load = measure(mix, orders, (command) => {
    if (command.type === 'market' || command.type === 'openAccount') return true;
    return venue.exchange.submit(command).ok;
  });
  venue.closeFiles();
  return load;
}

/** Writes a journal of at least this many records; answers how many it has. */
export function writeJournal(path: string, records: number, startTime: number): number {
  const venue = openBenchVenue(path, startTime);
  venue.exchange.step(quote(venue.exchange.marketTime + 1));
  // A resting order is two records, its cancellation one more.
  const orders = Math.ceil(records / 3);
  measure('resting', orders, (command) =>
    command.type === 'market' || command.type === 'openAccount'
      ? true
      : venue.exchange.submit(command).ok,
  );
  venue.closeFiles();
  return orders * 3;
}

function openBenchVenue(journalPath: string, startTime: number) {
  const settings = parseVenueSettings({
    journalPath,
    apiKeys: [{ apiKey: 'bench-key-one', secret: 'bench-secret', account: ACCOUNT }],
    accounts: [{ id: ACCOUNT, balance: DEPOSIT }],
  });
  const market = createClonedMarket({
    symbols: 1,
    seed: 1,
    startTime,
    stepMs: 1_000,
    historyDays: 1,
  });
  return openVenue(settings, market, () => Date.now());
}

function measure(mix: OrderMix, orders: number, send: (command: Command) => boolean): Load {
  for (let i = 0; i < 2_000; i += 1) placeAndTidy(mix, i, send);
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let i = 0; i < orders; i += 1) {
    const at = performance.now();
    placeAndTidy(mix, i, send);
    times.push((performance.now() - at) * 1_000);
  }
  const tookS = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    ordersPerS: Math.round(orders / tookS),
    ordersPerCpuS: Math.round((orders * 1e6) / (user + system)),
    latencyUs: summarise(times.map(round)),
  };
}

/** Cancelling costs the orders that it follows: it is in the figures, not beside them. */
function placeAndTidy(mix: OrderMix, i: number, send: (command: Command) => boolean): void {
  if (!send(mix === 'resting' ? resting(i) : taking(i))) throw new Error('an order was refused');
  if (mix === 'resting' && i % RESTING === RESTING - 1) {
    send({ type: 'cancelAll', ...owned() });
  }
}

const owned = () => ({ accountId: ACCOUNT, symbol: SYMBOL, time: 2 });

const resting = (i: number): Place => ({
  type: 'place',
  ...owned(),
  side: i % 2 === 0 ? 'buy' : 'sell',
  orderType: 'LIMIT',
  quantity: '0.01',
  price: i % 2 === 0 ? String(59_000 - (i % 50)) : String(61_000 + (i % 50)),
  timeInForce: 'GTC',
});

const taking = (i: number): Place => ({
  type: 'place',
  ...owned(),
  side: i % 2 === 0 ? 'buy' : 'sell',
  orderType: 'MARKET',
  quantity: '0.01',
});

const deposit = (): Command => ({
  type: 'openAccount',
  time: 0,
  accountId: ACCOUNT,
  balance: DEPOSIT,
  makerFeeBps: 2,
  takerFeeBps: 5,
});

const quote = (time: number): MarketStep =>
  ({
    symbol: SYMBOL,
    time,
    last: '60000',
    lastQuantity: '1',
    takerSide: 'buy',
    bid: '59999.9',
    bidQuantity: '1000',
    ask: '60000',
    askQuantity: '1000',
    mark: '60000',
    index: '60000',
  }) as MarketStep;
