import { expect, test } from 'vitest';
import type { MarketEvent } from '../../core/market/features.ts';
import type { Quote } from '../../core/market/market.ts';
import { EventBuffer } from './event-buffer.ts';

const quote = { time: 0, bid: '1', ask: '2', mark: '1' } as Quote;
const touch = (time: number): MarketEvent => ({ kind: 'touchMoved', time, quote });
const deadline = (time: number, id: string): MarketEvent => ({ kind: 'deadline', time, id, quote });
const times = (events: readonly MarketEvent[]) => events.map((event) => event.time);

test('events stay until a cursor has passed them', () => {
  const buffer = new EventBuffer();
  for (const time of [10, 20, 30]) buffer.push(touch(time));
  expect(times(buffer.take(10))).toEqual([10, 20, 30]);
  expect(times(buffer.take(10))).toEqual([10, 20, 30]);
  buffer.passedBy(20);
  expect(times(buffer.take(10))).toEqual([30]);
  buffer.passedBy(30);
  expect(buffer.take(10)).toEqual([]);
  expect(buffer.has('touchMoved')).toBe(false);
});

test('a batch never splits one market time', () => {
  const buffer = new EventBuffer();
  for (const time of [10, 20, 20, 20, 30]) buffer.push(touch(time));
  expect(times(buffer.take(2))).toEqual([10, 20, 20, 20]);
});

test('an event for a market time that was handed out is not lost behind the cursor', () => {
  const buffer = new EventBuffer();
  buffer.push(touch(10));
  buffer.take(10);
  buffer.push(deadline(10, 'late'));
  buffer.passedBy(10);
  expect(buffer.take(10)).toEqual([deadline(11, 'late')]);
});

test('a cursor ahead of the feed hides nothing that comes', () => {
  const buffer = new EventBuffer();
  buffer.passedBy(100);
  buffer.push(deadline(50, 'a'));
  expect(buffer.take(10)).toEqual([deadline(101, 'a')]);
});

test('nobody takes events: readings go first, deadlines stay, the rest is bounded', () => {
  const buffer = new EventBuffer();
  buffer.push(deadline(1, 'kept'));
  for (let time = 2; time < 2_000; time += 1) buffer.push(touch(time));
  const events = buffer.take(5_000);
  expect(events).toHaveLength(500);
  expect(events[0]).toMatchObject({ kind: 'deadline', id: 'kept' });
  expect(events.at(-1)?.time).toBe(1_999);
});

test('entry triggers from before a gap are late', () => {
  const buffer = new EventBuffer();
  const features = { marketTime: 1 } as Extract<MarketEvent, { kind: 'barClosed' }>['features'];
  buffer.push({
    kind: 'entryTriggered',
    time: 1,
    quote,
    side: 'buy',
    rule: 'r',
    features,
    late: false,
  });
  buffer.markLate();
  expect(buffer.take(1)).toMatchObject([{ kind: 'entryTriggered', late: true }]);
});
