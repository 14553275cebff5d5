/** Today's workflow code replays what earlier code wrote: no running symbol is ever lost to an edit. */
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { workflowBundle } from '../../cli/worker/workflow-bundle.ts';
import { advance, stateName } from '../../state-machines/advance.ts';
import { migrate } from '../../state-machines/symbol-carry.ts';
import type { SymbolCarry } from '../../state-machines/symbol-carry.ts';
import { stepSymbol } from '../../state-machines/symbol-process.ts';
import { readStored, storedNames } from './stored.ts';

let bundle: { readonly codePath: string };
beforeAll(async () => {
  // The refused history is expected; nobody needs to read why.
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  const telemetryOptions = { logging: { filter, forward: {} } };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions });
  bundle = await workflowBundle();
});

const replay = (history: unknown): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: bundle }, history);

describe('stored histories', () => {
  test('there is one of each kind', () => {
    expect(storedNames('histories')).toEqual(
      expect.arrayContaining(['grid-1', 'scalp-1', 'halt-and-resume-1', 'continued-2']),
    );
  });

  test.each(storedNames('histories'))('%s replays', async (name) => {
    await expect(replay(readStored('histories', name))).resolves.toBeUndefined();
  });

  test('a history that this workflow would not write is refused', async () => {
    const text = JSON.stringify(readStored('histories', 'grid-1'));
    const other = JSON.parse(text.replaceAll('"checkRisk"', '"checkNothing"')) as unknown;
    await expect(replay(other)).rejects.toThrow(/[Nn]ondeterminism/);
  });
});

describe.each(storedNames('carries'))('stored carry %s', (name) => {
  const read = () => migrate(readStored('carries', name) as SymbolCarry);
  const wallMs = Date.UTC(2026, 2, 3);

  test('is taken up where it stood: the next run watches, or runs again what was in flight', () => {
    const { carry, commands } = stepSymbol(read(), { kind: 'started', wallMs });
    expect(stateName(carry.snapshot.value)).toBe(stateName(read().snapshot.value));
    expect(commands.some(({ kind }) => kind === 'watch' || kind === 'run')).toBe(true);
  });

  test('is advanced: a halt is obeyed', () => {
    const halt = { haltId: 'h1', level: 'HALT', reason: 'a test', by: 'test' } as const;
    const event = { type: 'halt', wallMs, ...halt } as const;
    const { snapshot } = advance(read().snapshot, event, wallMs);
    expect(snapshot.context).toMatchObject({ level: 'HALT', halt: { haltId: 'h1' } });
    expect(stateName(snapshot.value)).toMatch(/^halted/);
  });
});
