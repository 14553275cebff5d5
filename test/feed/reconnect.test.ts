/** Market data over connections that break. */
import { afterEach, expect, test } from 'vitest';
import type { FeedOptions } from '../../adapters/feed/feed-options.ts';
import type { MarketEvent } from '../../core/market/features.ts';
import type { WatchBatch } from '../../core/market/watch.ts';
import type { PriceText } from '../../core/money/units.ts';
import { START, scriptedMarket } from '../../venue/testing/scripted-market.ts';
import { SYMBOL, startFeedBench } from './feed-bench.ts';
import type { FeedBench } from './feed-bench.ts';

const STEP_MS = 15_000;
const STEPS_A_MINUTE = 60_000 / STEP_MS;
const RISING = Array.from({ length: 200 }, (_, i) => 50_000 + 100 * Math.floor(i / STEPS_A_MINUTE));

let bench: FeedBench;
afterEach(() => bench.close());

/** What the first call brought: on a slow machine the first prices are stale already. */
async function start(
  options: Partial<FeedOptions> = { staleAtMs: [400] },
): Promise<readonly MarketEvent[]> {
  bench = await startFeedBench(
    { source: scriptedMarket({ [SYMBOL]: RISING }, { stepMs: STEP_MS }) },
    () => options,
  );
  const first = bench.watch();
  await bench.listening();
  await bench.venue.step();
  return (await first).events;
}
async function steps(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await bench.venue.step();
}
async function until<K extends MarketEvent['kind']>(
  kind: K,
): Promise<Extract<MarketEvent, { kind: K }>> {
  for (;;) {
    const { events, outcome } = await bench.watch();
    if (outcome === 'handover') throw new Error(`the feed ended before ${kind}`);
    for (const event of events)
      if (event.kind === kind) return event as Extract<MarketEvent, { kind: K }>;
  }
}

test('bars that were missed are read from the venue, and the data goes on', async () => {
  await start();
  bench.network.refuse = true;
  bench.network.cut();
  // Minutes 1 to 6 pass unseen.
  await steps(6 * STEPS_A_MINUTE);
  bench.network.refuse = false;
  await bench.listening();
  await steps(1);
  const { time, features } = await until('barClosed');
  expect(time).toBeGreaterThanOrEqual(START + 4 * 60_000);
  expect(features.byTimeframe['5m']).toMatchObject({ barTime: START - 60_000, close: 50_300 });
  await steps(4 * STEPS_A_MINUTE);
  const next = await until('barClosed');
  expect(next.features.byTimeframe['5m']).toMatchObject({
    barTime: START + 4 * 60_000,
    close: 50_800,
  });
});

test('silence is said once, and when prices come again', async () => {
  const events = await start();
  const said = events.find((event) => event.kind === 'dataStale');
  expect((said ?? (await until('dataStale'))).ageMs).toBeGreaterThanOrEqual(400);
  expect(bench.feed.dataAgeMs(SYMBOL)).toBeGreaterThanOrEqual(400);
  let isFresh = false;
  void until('dataFresh').then(() => (isFresh = true));
  const nextPrice = () => steps(1).then(() => isFresh);
  await expect.poll(nextPrice, { interval: 100, timeout: 10_000 }).toBe(true);
  expect(bench.feed.dataAgeMs(SYMBOL)).toBeLessThan(5_000);
});

test('a socket that stays open and says nothing is replaced', async () => {
  await start({ silentMs: 200 });
  const connections = () => bench.network.accepted;
  const before = connections();
  await expect.poll(connections, { timeout: 5_000 }).toBeGreaterThan(before);
  const breakout = { lower: '1' as PriceText, upper: '2' as PriceText };
  const watched = bench.watch({ breakout });
  const answers: WatchBatch[] = [];
  void watched.then((answer) => answers.push(answer));
  for (let step = 0; answers.length === 0 && step < 190; step += 1) await steps(1);
  expect((await watched).events).toMatchObject([{ kind: 'breakout' }]);
});

test('P17: prices that stay away halt the symbol, once', async () => {
  const halts: unknown[] = [];
  await start({
    staleAtMs: [200],
    staleHaltMs: 600,
    onHalt: async ({ symbol }, cause) => void halts.push({ symbol, ...cause }),
  });
  await expect.poll(() => halts.length, { timeout: 10_000 }).toBe(1);
  expect(halts).toEqual([{ symbol: SYMBOL, reason: 'DATA_STALE', by: 'gate' }]);
  expect(bench.feed.dataAgeMs(SYMBOL)).toBeGreaterThanOrEqual(600);
});

test('P4c: a price that runs is said, and when a minute was calm', async () => {
  const JUMP = 51_000;
  const prices = Array.from({ length: 60 }, (_, i) => (i < 8 ? 50_000 : JUMP));
  bench = await startFeedBench(
    { source: scriptedMarket({ [SYMBOL]: prices }, { stepMs: STEP_MS }) },
    () => ({}),
  );
  const first = bench.watch({ collar: { movePct: 1, isExceeded: false } });
  await bench.listening();
  /** Steps the market, a quarter of a minute each, until the feed says so. */
  const saidTo = async (isExceeded: boolean, kind: MarketEvent['kind']) => {
    const heard: MarketEvent[] = [];
    const listen = async (): Promise<void> => {
      heard.push(...(await bench.watch({ collar: { movePct: 1, isExceeded } })).events);
      if (!heard.some((event) => event.kind === kind)) await listen();
    };
    const listened = listen();
    const isSaid = () => bench.venue.step().then(() => heard.some((event) => event.kind === kind));
    await expect.poll(isSaid, { interval: 50, timeout: 10_000 }).toBe(true);
    await listened;
    return heard.find((event) => event.kind === kind);
  };
  await bench.venue.step();
  await first;
  const moved = await saidTo(false, 'priceMoved');
  expect(moved?.kind === 'priceMoved' ? moved.rangePct : 0).toBeCloseTo(2, 3);
  expect(await saidTo(true, 'priceCalm')).toBeDefined();
});
