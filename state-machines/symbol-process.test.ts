import { describe, expect, test } from 'vitest';
import type { WatchBatch } from '../core/market/watch.ts';
import { stateName } from './advance.ts';
import type {
  OperationCall,
  OperationResult,
  ProcessCommand,
  ProcessInput,
} from './process-types.ts';
import { initialCarry } from './symbol-carry.ts';
import type { SymbolCarry } from './symbol-carry.ts';
import { stepSymbol } from './symbol-process.ts';
import { PREFIX, aCleanReport, barClosed, gridEvaluation, q } from './testing/fixtures.ts';

type Unclocked<T> = T extends unknown ? Omit<T, 'wallMs'> : never;

/** A driver without Temporal: keeps the carry as JSON and the commands of the last step. */
function aProcess(start: SymbolCarry = initialCarry()) {
  let carry = start;
  let commands: readonly ProcessCommand[] = [];
  const give = (input: Unclocked<ProcessInput>, wallMs = 0) => {
    const step = stepSymbol(JSON.parse(JSON.stringify(carry)) as SymbolCarry, { ...input, wallMs });
    carry = step.carry;
    commands = step.commands;
    return commands;
  };
  const running = (name: OperationCall['name']): string => {
    const found = Object.entries(carry.operations).find(([, call]) => call.name === name);
    if (found === undefined) throw new Error(`${name} is not in flight`);
    return found[0];
  };
  const finish = (result: OperationResult, wallMs = 0) =>
    give({ kind: 'completed', opId: running(result.name), result }, wallMs);
  const batch = (change: Partial<WatchBatch> = {}): WatchBatch => ({
    watchSeq: carry.watch.seq,
    outcome: 'events',
    events: [],
    ledger: [],
    quote: null,
    cursor: { ledgerSeq: 0, marketTime: 1 },
    ...change,
  });
  return {
    give,
    running,
    finish,
    watched: (change?: Partial<WatchBatch>) => give({ kind: 'watched', batch: batch(change) }),
    carry: () => carry,
    commands: () => commands,
    kinds: () => commands.map((c) => (c.kind === 'run' ? c.call.name : c.kind)),
    state: () => stateName(carry.snapshot.value),
  };
}

function aWatchedProcess() {
  const process = aProcess();
  process.give({ kind: 'started' });
  process.finish({ name: 'claimSymbol', value: { homeQueue: 'home', searchable: true } });
  process.finish({ name: 'openEpoch', value: { kind: 'opened', prefix: PREFIX } });
  process.finish({ name: 'reconcile', value: aCleanReport() });
  return process;
}

function aPlacingProcess() {
  const process = aWatchedProcess();
  process.watched({ events: [barClosed()] });
  process.finish({ name: 'evaluateSignal', value: gridEvaluation() });
  return process;
}

const approveAll = (process: ReturnType<typeof aProcess>) => {
  const call = process.carry().operations[process.running('checkRisk')];
  const ids = call?.name === 'checkRisk' ? call.intents.map((i) => i.clientOrderId) : [];
  process.finish({ name: 'checkRisk', value: { approved: ids, denied: [] } });
  return ids;
};

describe('start', () => {
  test('opens an epoch and claims a home, then reconciles, then watches', () => {
    const process = aProcess();
    process.give({ kind: 'started' });
    expect(process.kinds()).toEqual(['openEpoch', 'claimSymbol']);
    process.finish({ name: 'claimSymbol', value: { homeQueue: 'home', searchable: true } });
    process.finish({ name: 'openEpoch', value: { kind: 'opened', prefix: PREFIX } });
    expect(process.kinds()).toContain('reconcile');
    process.finish({ name: 'reconcile', value: aCleanReport() });
    expect(process.kinds()).toContain('watch');
  });

  test('a refused epoch ends the workflow', () => {
    const process = aProcess();
    process.give({ kind: 'started' });
    process.finish({ name: 'openEpoch', value: { kind: 'refused', code: 'X', reason: 'taken' } });
    expect(process.kinds()).toEqual(['refuse']);
  });
});

test('only the newest reconcile counts: an older one may lack our last orders', () => {
  const process = aWatchedProcess();
  const by = { reason: 'r', by: 'b' };
  const haltAndResume = () => {
    const halt = { type: 'halt', haltId: 'h', level: 'HALT', ...by, wallMs: 0 } as const;
    process.give({ kind: 'message', message: halt });
    process.give({ kind: 'message', message: { type: 'resume', haltId: 'h', ...by } });
    const calls = Object.entries(process.carry().operations);
    return calls.findLast(([, call]) => call.name === 'reconcile')?.[0] ?? '';
  };
  const older = haltAndResume();
  const newer = haltAndResume();
  const clean = { name: 'reconcile', value: aCleanReport() } as const;
  process.give({ kind: 'completed', opId: older, result: clean });
  expect(process.state()).toBe('reconciling');
  process.give({ kind: 'completed', opId: newer, result: clean });
  expect(process.state()).toBe('standby.idle');
});

describe('watch', () => {
  test('a changed spec supersedes the call in flight, and the old result is ignored', () => {
    const process = aPlacingProcess();
    const old = process.carry().watch.seq;
    const ids = approveAll(process);
    process.finish({
      name: 'submitOrders',
      value: ids.map((clientOrderId) => ({
        clientOrderId,
        kind: 'acked',
        status: 'working',
        executed: q('0'),
      })),
    });
    process.give({
      kind: 'watched',
      batch: { ...oldBatch(old - 1), cursor: { ledgerSeq: 99, marketTime: 9 } },
    });
    expect(process.carry().watch.cursor?.ledgerSeq).not.toBe(99);
  });

  test('a home that answered before it was lost is replaced at once, then after a pause', () => {
    const process = aWatchedProcess();
    process.watched();
    process.give({ kind: 'watchFailed', watchSeq: process.carry().watch.seq, message: 'gone' });
    expect(process.kinds()).toContain('claimSymbol');
    process.finish({ name: 'claimSymbol', value: { homeQueue: 'other', searchable: true } });
    process.give({ kind: 'watchFailed', watchSeq: process.carry().watch.seq, message: 'gone' });
    expect(process.kinds()).not.toContain('claimSymbol');
  });

  test('a home that never answered is replaced after a pause, a handover at once', () => {
    const process = aWatchedProcess();
    process.give({ kind: 'watchFailed', watchSeq: process.carry().watch.seq, message: 'gone' });
    expect(process.kinds()).toEqual(['wakeAt']);
    process.give({ kind: 'woken' }, 1_000);
    expect(process.kinds()).toContain('claimSymbol');
    const other = aWatchedProcess();
    other.watched({ outcome: 'handover' });
    expect(other.kinds()).toContain('claimSymbol');
  });
});

const oldBatch = (watchSeq: number): WatchBatch => ({
  watchSeq,
  outcome: 'events',
  events: [],
  ledger: [],
  quote: null,
  cursor: { ledgerSeq: 0, marketTime: 0 },
});

describe('the order path', () => {
  test('approved intents go on to the venue, denied ones come back', () => {
    const process = aPlacingProcess();
    expect(process.kinds()).toContain('checkRisk');
    approveAll(process);
    expect(process.kinds()).toEqual(['submitOrders']);
  });

  test('a gate that fails denies: nothing was sent', () => {
    const process = aPlacingProcess();
    process.give({ kind: 'failed', opId: process.running('checkRisk'), message: 'db away' });
    expect(Object.keys(process.carry().snapshot.context.orders)).toEqual([]);
  });

  test('an epoch that another start took is opened anew, once', () => {
    const process = aPlacingProcess();
    const epochTaken = () => {
      const call = process.carry().operations[process.running('checkRisk')];
      const ids = call?.name === 'checkRisk' ? call.intents.map((i) => i.clientOrderId) : [];
      const reason = { code: 'INTENT_EXPIRED', figures: { epoch: '1', current: '2' } } as const;
      const denied = ids.map((clientOrderId) => ({ clientOrderId, reason }));
      process.finish({ name: 'checkRisk', value: { approved: [], denied } });
    };
    epochTaken();
    expect(process.kinds()).toContain('openEpoch');
    process.give({ kind: 'woken' }, 1_000);
    epochTaken();
    expect(process.kinds()).not.toContain('openEpoch');
    const prefix = { ...PREFIX, epoch: 3 };
    process.finish({ name: 'openEpoch', value: { kind: 'opened', prefix } });
    expect(process.carry().snapshot.context.prefix).toEqual(prefix);
  });

  test('a submit that fails is unknown and asked', () => {
    const process = aPlacingProcess();
    approveAll(process);
    process.give({ kind: 'failed', opId: process.running('submitOrders'), message: 'timeout' });
    expect(process.kinds()).toContain('resolveOrders');
  });

  test('a halt between gate and submit stops what adds risk, and its rows are expired', () => {
    const process = aPlacingProcess();
    const stops = approveAll(process);
    process.finish({
      name: 'submitOrders',
      value: stops.map((clientOrderId) => ({
        clientOrderId,
        kind: 'acked',
        status: 'working',
        executed: q('0'),
      })),
    });
    process.give({
      kind: 'message',
      message: { type: 'halt', haltId: 'h', level: 'HALT', reason: 'r', by: 'b', wallMs: 0 },
    });
    const gate = Object.entries(process.carry().operations).find(([, c]) => c.name === 'checkRisk');
    const ids = gate?.[1].name === 'checkRisk' ? gate[1].intents.map((i) => i.clientOrderId) : [];
    expect(ids.length).toBeGreaterThan(0);
    process.finish({ name: 'checkRisk', value: { approved: ids, denied: [] } });
    expect(process.kinds()).not.toContain('submitOrders');
    const asked = process.carry().operations[process.running('resolveOrders')];
    expect(asked).toEqual({ name: 'resolveOrders', clientOrderIds: ids });
    const before = process.carry().snapshot;
    const outcomes = ids.map((clientOrderId) => ({
      clientOrderId,
      kind: 'expiredUnsent' as const,
    }));
    process.finish({ name: 'resolveOrders', value: outcomes });
    expect(process.carry().snapshot.context.orders).toEqual(before.context.orders);
  });

  test('a result that no operation waits for changes nothing', () => {
    const process = aWatchedProcess();
    process.give({ kind: 'completed', opId: 'op99', result: { name: 'record', value: null } });
    expect(process.carry().ignored['stale']).toBe(1);
  });
});

describe('continue as new', () => {
  test('waits for writes, carries the rest, and the next run asks again', () => {
    const process = aPlacingProcess();
    process.give({ kind: 'drain' });
    expect(process.kinds()).not.toContain('continueAsNew');
    approveAll(process);
    process.finish({
      name: 'submitOrders',
      value: [],
    });
    expect(process.kinds()).toContain('continueAsNew');
    const next = aProcess(process.carry());
    next.give({ kind: 'started' }, 5_000);
    expect(next.carry().drainingSince).toBeNull();
    expect(next.kinds()).toContain('watch');
  });

  test('goes on opening its epoch when it is asked for before there is one', () => {
    const process = aProcess();
    process.give({ kind: 'started' });
    process.give({ kind: 'drain' });
    expect(process.kinds()).toContain('continueAsNew');
    const next = aProcess(process.carry());
    next.give({ kind: 'started' });
    expect(next.kinds().filter((kind) => kind === 'openEpoch')).toHaveLength(1);
    expect(next.kinds()).toContain('claimSymbol');
    expect(next.kinds()).not.toContain('continueAsNew');
  });

  test('what adds risk is held while draining and leaves with the next run', () => {
    const process = aWatchedProcess();
    process.watched({ events: [barClosed()] });
    const evaluation = process.running('evaluateSignal');
    const draining = aProcess(process.carry());
    draining.give({ kind: 'drain' });
    const next = aProcess(draining.carry());
    next.give({ kind: 'started' });
    expect(next.running('evaluateSignal')).toBe(evaluation);
    expect(next.kinds()).toContain('evaluateSignal');
  });

  test('a write that does not end is carried as unknown after ten seconds', () => {
    const process = aPlacingProcess();
    approveAll(process);
    process.give({ kind: 'drain' });
    process.give({ kind: 'woken' }, 10_000);
    expect(process.kinds()).toContain('continueAsNew');
    const next = aProcess(process.carry());
    next.give({ kind: 'started' }, 10_001);
    expect(next.kinds()).toContain('resolveOrders');
  });
});

test('a stopped symbol writes its last status and completes', () => {
  const process = aWatchedProcess();
  process.give({
    kind: 'message',
    message: { type: 'stop', flatten: false, reason: 'done', by: 'test' },
  });
  expect(process.state()).toBe('stopped');
  while (Object.values(process.carry().operations).some((c) => c.name === 'record')) {
    process.finish({ name: 'record', value: null });
  }
  expect(process.kinds()).toContain('complete');
});
