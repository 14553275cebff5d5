import { expect, test } from 'vitest';
import type { TradingStatus } from '../api-client.ts';
import { stopOutcome } from '../stop/stop-outcome.ts';
import { rehearse } from './rehearsal.ts';
import type { RehearsalParts } from './rehearsal.ts';

const THROUGH = stopOutcome.parse({
  halt_id: 'h1',
  latched: true,
  cancelled: 12,
  still_open: 0,
  protective_stops_kept: 2,
  confirmed_at: '2026-11-20T12:00:03.200Z',
});

/** A Tidegate whose symbols reconcile some time after the resume; a clock that jumps. */
function aTidegate(changes: { outcome?: typeof THROUGH; mode?: string; neverBack?: boolean } = {}) {
  const world = {
    now: 0,
    latch: 'clear',
    states: new Map([
      ['BTCUSDT', 'rangingGrid.working'],
      ['ETHUSDT', 'standby'],
    ]),
    calls: [] as string[],
    /** Halts of others over the same symbols. */
    others: 0,
    onStop: () => {},
  };
  let haltedAt = Infinity;
  let backAt = Infinity;
  const set = (state: string) => {
    for (const symbol of world.states.keys()) world.states.set(symbol, state);
  };
  const parts: RehearsalParts = {
    mode: changes.mode ?? 'paper',
    status: async () => {
      if (world.now >= haltedAt) set('halted');
      if (world.now >= backAt) set('standby');
      const symbols = [...world.states].map(([symbol, state]) => ({
        symbol,
        state,
        running: true,
      }));
      return { latch: world.latch, symbols } as unknown as TradingStatus;
    },
    stop: async (symbols) => {
      world.calls.push(`stop ${symbols.join()}`);
      world.now += 700;
      haltedAt = world.now + 400;
      world.onStop();
      return changes.outcome ?? THROUGH;
    },
    resume: async (symbols, haltId) => {
      world.calls.push(`resume ${symbols.join()} from ${haltId}`);
      world.now += 50;
      if (world.others > 0) return 'another halt stands';
      haltedAt = Infinity;
      set('reconciling');
      if (changes.neverBack !== true) backAt = world.now + 2_000;
      return null;
    },
    now: () => world.now,
    sleep: async (ms) => void (world.now += ms),
  };
  return { world, parts };
}

test('halt, confirmation, resume and reconcile, with their times', async () => {
  const { world, parts } = aTidegate();
  const result = await rehearse(parts, null);
  expect(result).toEqual({
    kind: 'passed',
    figures: {
      symbols: 'BTCUSDT,ETHUSDT',
      haltId: 'h1',
      cancelled: 12,
      protectiveStopsKept: 2,
      confirmedMs: 700,
      haltedMs: 1_200,
      resumedMs: 1_250,
      reconciledMs: 3_250,
    },
  });
  // By symbol: a stop of everything is never taken for ours.
  expect(world.calls).toEqual(['stop BTCUSDT,ETHUSDT', 'resume BTCUSDT,ETHUSDT from h1']);
});

test('only the symbols that are named', async () => {
  const { world, parts } = aTidegate();
  await rehearse(parts, ['ETHUSDT']);
  expect(world.calls).toEqual(['stop ETHUSDT', 'resume ETHUSDT from h1']);
});

test.each([
  ['another mode', { mode: 'live' }, () => {}, null, 'paper only'],
  ['a halt stands', {}, (world: { latch: string }) => (world.latch = 'set'), null, 'a halt stands'],
  ['it does not run', {}, () => {}, ['XRPUSDT'], 'not running: XRPUSDT'],
  [
    'it halted itself',
    {},
    (world: { states: Map<string, string> }) => world.states.set('ETHUSDT', 'halted'),
    null,
    'not trading now: ETHUSDT',
  ],
] as const)(
  'refused when %s, and nothing is touched',
  async (_why, changes, prepare, wanted, reason) => {
    const { world, parts } = aTidegate(changes);
    prepare(world);
    expect(await rehearse(parts, wanted)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(reason) as string,
    });
    expect(world.calls).toEqual([]);
  },
);

test.each([
  ['not confirmed', { confirmed_at: null }],
  ['not in PostgreSQL', { latched: false }],
  ['not heard by a workflow', { unsignalled: ['BTCUSDT'] }],
])('a stop that is %s fails, and stands', async (_what, missing) => {
  const { world, parts } = aTidegate({ outcome: { ...THROUGH, ...missing } });
  expect(await rehearse(parts, null)).toMatchObject({ kind: 'failed', figures: { haltId: 'h1' } });
  expect(world.calls).toEqual(['stop BTCUSDT,ETHUSDT']);
});

test('a stop of somebody else meanwhile, however late, is left to stand', async () => {
  const { world, parts } = aTidegate();
  world.onStop = () => (world.others = 1);
  expect(await rehearse(parts, null)).toMatchObject({
    kind: 'failed',
    reason: 'resume refused: another halt stands',
  });
  expect(world.states.get('BTCUSDT')).toBe('halted');
});

test('symbols that do not come back are named a failure', async () => {
  const { parts } = aTidegate({ neverBack: true });
  expect(await rehearse(parts, null)).toMatchObject({
    kind: 'failed',
    reason: 'not every symbol has reconciled',
  });
});
