/** Lockstep: the market waits for the feed, and the feed for the workflow. */
import { afterEach, describe, expect, test } from 'vitest';
import type { MarketEvent } from '../../core/market/features.ts';
import type { WatchBatch, WatchSpec } from '../../core/market/watch.ts';
import type { PriceText } from '../../core/money/units.ts';
import { START, scriptedMarket } from '../../venue/testing/scripted-market.ts';
import type { Bench } from '../../venue/testing/venue-bench.ts';
import { SYMBOL, startFeedBench } from './feed-bench.ts';
import type { FeedBench } from './feed-bench.ts';

const STEPS = 1_000;
const STEP_MS = 1_000;
/** A saw tooth of 200 steps, 50,000 to 50,199. */
const PRICES = Array.from({ length: STEPS }, (_, i) => 50_000 + (i % 200));
const END = START + (STEPS - 1) * STEP_MS;

let bench: FeedBench;
afterEach(() => bench.close());

async function start(): Promise<void> {
  bench = await startFeedBench(
    { source: scriptedMarket({ [SYMBOL]: PRICES }, { stepMs: STEP_MS }) },
    ({ venue }) => ({
      lockstep: { adminUrl: venue.adminUrl, adminToken: venue.adminToken },
      idleMs: 1_000,
    }),
  );
}
const state = async (venue: Bench) => {
  const { steps, waiting } = await venue.admin('GET', '/lockstep/state');
  return { steps: steps as number, waiting: waiting as { time: number } | null };
};
const hasEnded = async () => (await state(bench.venue)).waiting === null;
/** Watches, with a settled workflow that does nothing, until the market has ended. */
async function untilEnd(
  spec: (batch: WatchBatch | undefined) => Partial<WatchSpec> = () => ({}),
): Promise<MarketEvent[]> {
  const events: MarketEvent[] = [];
  for (let batch: WatchBatch | undefined; ;) {
    batch = await bench.watch(spec(batch));
    if (batch.outcome === 'handover') throw new Error('the feed ended');
    events.push(...batch.events);
    if (batch.outcome === 'idle' && events.length > 0 && (await hasEnded())) return events;
  }
}

describe('a market in lockstep', () => {
  test('runs to its end by itself, and every event names the step that made it', async () => {
    await start();
    const deadlines = [61_000, 61_500, 300_000].map((ms) => ({ id: `d${ms}`, at: START + ms }));
    const events = await untilEnd(() => ({ deadlines }));
    expect(await state(bench.venue)).toEqual({ steps: STEPS, waiting: null });
    expect(events.map((event) => [event.kind, event.time - START])).toEqual([
      // The first readings, with the first step; 5m bars close at 00:05, 00:10, 00:15.
      ['barClosed', 0],
      ['deadline', 61_000],
      ['deadline', 62_000],
      ['barClosed', 240_000],
      ['deadline', 300_000],
      ['barClosed', 540_000],
      ['barClosed', 840_000],
    ]);
    const last = events.at(-1) as Extract<MarketEvent, { kind: 'barClosed' }>;
    // Seconds 540 to 839: the tooth is at 39 in the end, and its top was passed.
    expect(last.features.byTimeframe['5m']).toMatchObject({ close: 50_039 });
    expect(last.features.byTimeframe['1m']).toMatchObject({
      close: 50_039,
      barTime: START + 780_000,
    });
    expect(bench.feed.latestQuote(SYMBOL)).toMatchObject({ time: END, bid: '50199' });
  });

  test('waits while an effect is in flight, and goes on when it is settled', async () => {
    await start();
    const at = START + 5_000;
    const deadlines = [{ id: 'act', at }];
    let batch = await bench.watch({ deadlines });
    while (!batch.events.some((event) => event.kind === 'deadline'))
      batch = await bench.watch({ deadlines });
    const held = bench.watch({ deadlines, settled: false });
    const before = await state(bench.venue);
    expect(before.waiting).toMatchObject({ time: at });
    expect(await held).toMatchObject({ outcome: 'idle' });
    expect(await state(bench.venue)).toEqual(before);
    await untilEnd(() => ({ deadlines }));
    expect((await state(bench.venue)).steps).toBe(STEPS);
  });

  test('orders touched by a step belong to it: a step ends when their rows were handled', async () => {
    await start();
    // Sold at the top of each tooth, bought back at its foot: every fill in its own step.
    const fillTimes: number[] = [];
    let handled = 0;
    let placed = 0;
    for (let batch = await bench.watch(); ; batch = await bench.watch()) {
      if (batch.outcome === 'idle' && placed > 0 && (await hasEnded())) break;
      for (const row of batch.ledger) {
        handled = Math.max(handled, row.seq);
        if (row.kind === 'fill') fillTimes.push(row.fill.eventTime);
      }
      const closed = batch.events.some((event) => event.kind === 'barClosed');
      if (!closed || placed >= 3) continue;
      placed += 1;
      const side = placed % 2 === 1 ? 'sell' : 'buy';
      const price = side === 'sell' ? '50150.1' : '50010';
      await bench.place({ kind: 'limit', side, price: price as PriceText });
      // While the effect was in flight the market stood still.
      expect((await state(bench.venue)).waiting?.time).toBe(batch.quote?.time);
    }
    expect((await state(bench.venue)).steps).toBe(STEPS);
    expect(handled).toBe(bench.ledger.rows.length);
    expect(fillTimes).toEqual(bench.ledger.fillsOf(SYMBOL).map((fill) => fill.eventTime));
    expect(fillTimes.length).toBeGreaterThanOrEqual(2);
  });
});

test('the market goes on after every connection of the feed was cut', async () => {
  await start();
  const deadlines = [{ id: 'cut', at: START + 30_000 }];
  for (let batch = await bench.watch({ deadlines }); ; batch = await bench.watch({ deadlines }))
    if (batch.events.some((event) => event.kind === 'deadline')) break;
  bench.network.cut();
  await untilEnd(() => ({ deadlines }));
  expect((await state(bench.venue)).steps).toBe(STEPS);
});
