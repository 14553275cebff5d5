/** A namespace of its own on a Temporal that runs, so that stacks share no queue and no workflow. */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

export type TestTemporal = {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  stop(): Promise<void>;
};

export async function openNamespace(address: string): Promise<TestTemporal> {
  const connection = await Connection.connect({ address });
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  return {
    address,
    namespace,
    client: new Client({ connection, namespace }),
    stop: () => connection.close(),
  };
}
