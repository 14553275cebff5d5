/** The feed on a real venue: what reaches the watch calls of a symbol workflow. */
import { afterEach, describe, expect, test } from 'vitest';
import type { MarketEvent } from '../../core/market/features.ts';
import type { PriceText } from '../../core/money/units.ts';
import { START, scriptedMarket } from '../../venue/testing/scripted-market.ts';
import { SYMBOL, startFeedBench } from './feed-bench.ts';
import type { FeedBench } from './feed-bench.ts';

const STEP_MS = 15_000;
const STEPS_A_MINUTE = 60_000 / STEP_MS;
/** Minute by minute 100 higher, so that every bar is known. */
const RISING = Array.from({ length: 200 }, (_, i) => 50_000 + 100 * Math.floor(i / STEPS_A_MINUTE));
const source = () => scriptedMarket({ [SYMBOL]: RISING }, { stepMs: STEP_MS });

let bench: FeedBench;
afterEach(() => bench.close());

const kinds = (events: readonly MarketEvent[]) => events.map((event) => event.kind);
async function steps(count: number): Promise<number> {
  let time = 0;
  for (let i = 0; i < count; i += 1) time = await bench.venue.step();
  return time;
}
/** Starts a feed that has seen its first prices. */
async function startedBench(...options: Parameters<typeof startFeedBench>): Promise<FeedBench> {
  bench = await startFeedBench(...options);
  const first = bench.watch();
  await bench.listening();
  await steps(1);
  let batch = await first;
  while (batch.outcome === 'idle') batch = await bench.watch();
  expect(kinds(batch.events)).toEqual(['barClosed']);
  return bench;
}

describe('events', () => {
  test('the first call gets the readings as they are, then a bar when market time passes its end', async () => {
    await startedBench({ source: source() });
    const next = bench.watch();
    // 00:01:00 was the first step; the 5m bar closes with the step at 00:05:00.
    const time = await steps(4 * STEPS_A_MINUTE);
    const batch = await next;
    expect(time).toBe(START + 4 * 60_000);
    expect(batch).toMatchObject({ outcome: 'events', cursor: { marketTime: time } });
    expect(batch.events).toMatchObject([{ kind: 'barClosed', time }]);
    const [event] = batch.events;
    const { byTimeframe } = (event as Extract<MarketEvent, { kind: 'barClosed' }>).features;
    // The first minute was joined midway and read from the venue; the last trade was at 50,300.
    expect(byTimeframe['1m']).toMatchObject({ barTime: time - 60_000, close: 50_300 });
    expect(byTimeframe['5m']).toMatchObject({ barTime: time - 300_000, close: 50_300 });
    expect(batch.quote).toMatchObject({ time, bid: '50400', ask: '50400.1', mark: '50400' });
  });

  test('a breakout and a deadline come with their market time', async () => {
    await startedBench({ source: source() });
    const breakout = { lower: '49000' as PriceText, upper: '50050' as PriceText };
    const watched = bench.watch({ breakout });
    await steps(STEPS_A_MINUTE);
    expect((await watched).events).toMatchObject([
      { kind: 'breakout', direction: 'up', time: START + 60_000 },
    ]);
    const at = START + 90_000;
    const waiting = bench.watch({ breakout, deadlines: [{ id: 'dwell', at }] });
    await steps(2);
    expect((await waiting).events).toMatchObject([{ kind: 'deadline', id: 'dwell', time: at }]);
  });

  test('the newest call wins, and gets what the older one was to get', async () => {
    await startedBench({ source: source() });
    const older = bench.watch();
    const newer = bench.watch({ deadlines: [{ id: 'now', at: START }] });
    await expect(older).resolves.toMatchObject({ outcome: 'superseded', events: [] });
    await steps(1);
    const batch = await newer;
    expect(kinds(batch.events)).toEqual(['deadline']);
    // A stalled worker's older call changes nothing; a call that has seen nothing gets it again.
    const stale = await bench.watch({}, { watchSeq: 1 });
    expect(stale.outcome).toBe('superseded');
    const again = await bench.watch({}, { cursor: { ledgerSeq: 0, marketTime: START } });
    expect(again.events).toEqual(batch.events);
  });

  test('the volume of a day comes from the bars; without a day of them nobody knows it', async () => {
    const steps = { stepMs: STEP_MS, historyMinutes: 25 * 60 };
    await startedBench({ source: scriptedMarket({ [SYMBOL]: RISING }, steps) }, () => ({
      idleMs: 1_000,
    }));
    await bench.watch();
    expect(bench.feed.dayVolume(SYMBOL)).toBe(String(24 * 60 * 10));
    expect(bench.feed.dayVolume('ETHUSDT')).toBeNull();
  });

  test('status is written with its watchSeq; idle and handover answer', async () => {
    await startedBench({ source: source() }, () => ({ idleMs: 1_000 }));
    await expect(bench.watch()).resolves.toMatchObject({ outcome: 'idle', events: [], ledger: [] });
    const written = bench.journal.statuses.map(({ watchSeq }) => watchSeq);
    expect(written).toEqual(written.map((_, index) => index + 1));
    expect(written.length).toBeGreaterThanOrEqual(2);
    expect(bench.feed.latestQuote(SYMBOL)).toMatchObject({ time: START, bid: '50000' });
    expect(bench.feed.dataAgeMs(SYMBOL)).toBeLessThan(5_000);
    expect(bench.feed.dataAgeMs('ETHUSDT')).toBeNull();
    expect(bench.feed.priceMoves(SYMBOL)).toEqual({ rangePct: 0, jump: null });
    expect(bench.feed.priceMoves('ETHUSDT')).toBeNull();
    const open = bench.watch();
    await bench.feed.close();
    await expect(open).resolves.toMatchObject({ outcome: 'handover' });
    await expect(bench.watch()).resolves.toMatchObject({ outcome: 'handover' });
  });

  test('a workflow that has handled the last bar gets no readings again', async () => {
    bench = await startFeedBench({ source: source() }, () => ({ idleMs: 1_500 }));
    const first = bench.watch({}, { cursor: { ledgerSeq: 0, marketTime: START } });
    await bench.listening();
    await steps(1);
    await expect(first).resolves.toMatchObject({ outcome: 'idle', events: [] });
    // One that has just reconciled does.
    const resumed = await bench.watch({}, { cursor: { ledgerSeq: 0, marketTime: 0 } });
    expect(kinds(resumed.events)).toEqual(['barClosed']);
  });

  test('an abort answers handover, and the next call goes on', async () => {
    await startedBench({ source: source() });
    const abort = new AbortController();
    const open = bench.watch({}, {}, { signal: abort.signal });
    abort.abort();
    await expect(open).resolves.toMatchObject({ outcome: 'handover' });
    const next = bench.watch({ deadlines: [{ id: 'now', at: START }] });
    await steps(1);
    expect(kinds((await next).events)).toEqual(['deadline']);
  });
});
