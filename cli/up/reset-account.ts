/** A new paper account: asked for, then nothing trades the old one any more. Nothing is deleted. */
import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { CommandError } from '../exit-codes.ts';

/** Throws CommandError when a person says no, or when there is nobody to ask. */
export async function confirmReset(from: string, to: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError(
      '--reset opens a new paper account: add --yes where nobody can be asked',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const question = `Open the new paper account ${to}? ${from} is kept but no longer traded. [y/N] `;
  const answer = await terminal.question(question);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('nothing was changed');
}

/** Ends the workflows of an account that is kept as it stands. */
export async function endWorkflows(
  binary: string,
  { address, namespace, account }: { address: string; namespace: string; account: string },
): Promise<void> {
  const query = `ExecutionStatus = "Running" AND WorkflowId STARTS_WITH "symbol:${account}:"`;
  const reason = 'a new paper account was opened; this one is kept as it stands';
  await promisify(execFile)(binary, [
    ...['workflow', 'terminate', '--query', query, '--reason', reason, '--yes'],
    ...['--address', address, '--namespace', namespace],
  ]);
}
