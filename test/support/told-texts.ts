/** Everything of a run that people and other systems read: rows, histories, what the workers said. */
import { historiesOf } from './histories.ts';
import type { Stack } from './stack.ts';

const TABLES = `SELECT table_name AS name FROM information_schema.tables
  WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`;

export async function toldTexts(stack: Stack, symbol: string): Promise<readonly string[]> {
  const tables = await stack.database.query<{ name: string }>(TABLES);
  const rows: string[] = [];
  for (const { name } of tables) {
    const sql = `SELECT t::text AS text FROM "${name}" t`;
    for (const { text } of await stack.database.query<{ text: string }>(sql)) rows.push(text);
  }
  const histories = await historiesOf((runId) => stack.workflow(symbol, runId));
  return [
    ...rows,
    ...histories.map((history) => JSON.stringify(history, readable)),
    ...stack.lines(),
  ];
}

/** Payloads are bytes. */
function readable(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Readonly<Record<string, unknown>>)[key];
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('utf8') : value;
}
