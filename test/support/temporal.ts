/** A namespace of its own on the run's one Temporal, so that stacks share no queue and no workflow. */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port`, or empty without the command; set by `test/global-setup.ts`. */
    temporalAddress: string;
  }
}

export type TestTemporal = {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  stop(): Promise<void>;
};

export async function openTestTemporal(): Promise<TestTemporal> {
  const address = inject('temporalAddress');
  if (address === '')
    throw new Error('there is no Temporal command: "npm test" finds or builds one');
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
