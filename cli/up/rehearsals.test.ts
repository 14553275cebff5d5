import { expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/load-config.ts';
import { keepRehearsing } from './rehearsals.ts';

const HOUR_MS = 3_600_000;
/** What `setTimeout` can hold: beyond it, it fires at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

type Schedule = { intervalH?: number; mode?: 'paper' | 'live'; hours: number };

/** Lets the time pass at once, until so many hours are over; the hours at which it rehearsed. */
async function rehearsedAt(
  { intervalH, mode = 'paper', hours }: Schedule,
  rehearse: (hour: number) => Promise<string> = async () => 'passed',
) {
  const loaded = loadConfig({
    flags: intervalH === undefined ? {} : { 'safety.rehearsal_interval_h': intervalH },
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const stop = new AbortController();
  const at: number[] = [];
  const lines: string[] = [];
  let now = 0;
  await keepRehearsing({ ...loaded.config, mode }, stop.signal, {
    pause: async (ms) => {
      expect(ms).toBeLessThanOrEqual(TIMER_MAX_MS);
      now += ms / HOUR_MS;
      if (now <= hours) return;
      stop.abort();
      throw stop.signal.reason;
    },
    rehearse: () => {
      at.push(now);
      return rehearse(now);
    },
    say: (line) => lines.push(line),
  });
  return { at, lines };
}

test('weekly on paper by default, the first one a week after the start', async () => {
  expect((await rehearsedAt({ hours: 400 })).at).toEqual([168, 336]);
});

test.each([
  ['every hour', 1, [1, 2, 3]],
  ['every two hours', 2, [2]],
  ['never', 0, []],
])('%s, as it is set', async (_how, intervalH, at) => {
  expect((await rehearsedAt({ intervalH, hours: 3 })).at).toEqual(at);
});

test('the longest interval is longer than a timer of Node holds', async () => {
  expect((await rehearsedAt({ intervalH: 720, hours: 1_000 })).at).toEqual([720]);
});

test('never with real money, whatever is set', async () => {
  expect((await rehearsedAt({ mode: 'live', intervalH: 1, hours: 100 })).at).toEqual([]);
});

test('one that fails is told, and the next one comes', async () => {
  const { at, lines } = await rehearsedAt({ intervalH: 1, hours: 2 }, async (hour) => {
    if (hour === 1) throw new Error('no answer');
    return 'rehearsal passed';
  });
  expect(at).toEqual([1, 2]);
  expect(lines).toEqual(['rehearsal FAILED: Error: no answer', 'rehearsal passed']);
});
