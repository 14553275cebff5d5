/** What a worker that starts does about the one that was killed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { forgetStickyQueues, leaveMarker } from '../../cli/worker/predecessor.ts';
import { SYMBOL_WORKFLOW } from '../../workflows/messages.ts';
import { openNamespace } from '../support/namespace.ts';
import { runServers } from '../support/run-servers.ts';

describe('the marker', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegate-marker-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const path = () => join(folder, 'worker.json');

  test('of a worker that ended in order is gone', () => {
    leaveMarker(path()).remove();
    expect(existsSync(path())).toBe(false);
    expect(leaveMarker(path()).predecessorDied).toBe(false);
  });

  test('of a worker that still runs tells of no death', () => {
    leaveMarker(path());
    expect(leaveMarker(path()).predecessorDied).toBe(false);
  });

  test.each([
    ['a process that is gone', () => JSON.stringify({ pid: deadPid(), startTime: 'then' })],
    ['a death in the middle of writing', () => '{"pid":'],
  ])('of %s tells of it, once', (_name, text) => {
    writeFileSync(path(), text());
    expect(leaveMarker(path()).predecessorDied).toBe(true);
    expect(leaveMarker(path()).predecessorDied).toBe(false);
  });
});

const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('the next task of a workflow that a dead worker had cached goes to the first that asks', async () => {
  const temporal = await openNamespace(runServers().temporalAddress);
  const { client, namespace } = temporal;
  const { connection } = client;
  try {
    const handle = await client.workflow.start(SYMBOL_WORKFLOW, {
      workflowId: 'cached',
      taskQueue: 'shared',
    });
    const poll = (name: string) =>
      connection.withDeadline(Date.now() + 10_000, () =>
        connection.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name } }),
      );
    const first = await poll('shared');
    await connection.workflowService.respondWorkflowTaskCompleted({
      namespace,
      taskToken: first.taskToken,
      stickyAttributes: {
        workerTaskQueue: { name: 'of-the-dead' },
        // Long, so that nothing but the successor's word can set it free.
        scheduleToStartTimeout: msToTs('10m'),
      },
    });
    // A workflow that has just begun is listed a moment later.
    await vi.waitFor(
      async () => expect(await forgetStickyQueues(connection as Connection, namespace)).toBe(1),
      { timeout: 10_000 },
    );
    await handle.signal('anything');
    const next = await poll('shared');
    expect(next.workflowExecution?.workflowId).toBe('cached');
  } finally {
    await temporal.stop();
  }
});
