/** Registers the search attributes and waits until a query sees them: unknown ones hang workflows. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';

/** `INDEXED_VALUE_TYPE_KEYWORD` of the Temporal API. */
const KEYWORD = 2;
const VISIBLE_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 100;

/** False where registering is not allowed; then workflows run without them. */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<boolean> {
  const names = Object.values(SEARCH_ATTRIBUTES).map((key) => key.name);
  try {
    const known = await listed(connection, namespace);
    const missing = names.filter((name) => !known.includes(name));
    if (missing.length > 0) {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
      });
    }
    return await becomeVisible(connection, namespace);
  } catch {
    // A managed cluster may forbid it, or another worker registers them right now.
    return becomeVisible(connection, namespace);
  }
}

async function listed(connection: Connection, namespace: string): Promise<readonly string[]> {
  const reply = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(reply.customAttributes ?? {});
}

async function becomeVisible(connection: Connection, namespace: string): Promise<boolean> {
  const query = Object.values(SEARCH_ATTRIBUTES)
    .map((key) => `${key.name} = 'none'`)
    .join(' OR ');
  const until = Date.now() + VISIBLE_WITHIN_MS;
  while (Date.now() < until) {
    const seen = await connection.workflowService
      .countWorkflowExecutions({ namespace, query })
      .then(() => true)
      .catch(() => false);
    if (seen) return true;
    await delay(ASK_EVERY_MS);
  }
  return false;
}
