/** The books of a Tidegate that trades, with what others do to its account in between. */
import { afterEach, expect, test } from 'vitest';
import { paperKeys } from '../../cli/paper-keys.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { toldTexts } from '../support/told-texts.ts';
import type { Difference } from '../witness/difference.ts';
import { readJournalFile } from '../witness/journal-file.ts';

let stack: Stack | undefined;
afterEach(() => stack?.stop());

const HELD = 'SELECT quantity FROM positions WHERE quantity <> 0';
const BY_HAND = 'SELECT trade_id FROM fills WHERE intent_id IS NULL';
const PAID = 'SELECT amount FROM incomes WHERE kind = $1';
/** A position may be gone before something can happen to it. */
const ATTEMPTS = 5;

/** Wall time in which a trade of somebody else may not be in the ledger yet. */
const UNTOLD_MS = 2_000;

/** An order that was on its way when somebody else traded: its stops fit the position of before. */
function isOfBefore({ venue }: Stack, { check, subject }: Difference): boolean {
  if (check !== 'entry before its stop') return false;
  const lines = readJournalFile(venue.journalPath);
  const accepted = lines.find(
    ({ kind, order }) => kind === 'orderAccepted' && order?.clientOrderId === subject,
  );
  return lines.some(({ order, wallTime, seq }) => {
    const isOthers =
      order?.clientOrderId.startsWith('web_') === true || order?.liquidation === true;
    if (!isOthers || accepted === undefined) return false;
    return seq < accepted.seq && accepted.wallTime - wallTime < UNTOLD_MS;
  });
}

test('funding, a trade by hand and a liquidation end up in the books, and no secret does', async () => {
  const running = await startStack({
    symbols: ['BTCUSDT'],
    market: { source: 'synthetic', seed: 12, startTime: Date.UTC(2026, 2, 2), stepMs: 1_000 },
    pace: { kind: 'speed', speed: 120 },
  });
  stack = running;
  const { database, venue, account } = running;
  const some = (rows: readonly unknown[]): boolean => rows.length > 0;
  const closingSide = async (): Promise<'buy' | 'sell'> => {
    const [row] = await database.until<{ quantity: string }>('a position is held', HELD, some, {
      timeoutMs: 120_000,
    });
    return row?.quantity.startsWith('-') === true ? 'buy' : 'sell';
  };
  /** Makes it happen to a position, until the ledger tells of it. */
  const happens = async (action: string, detail: object, sql: string, values: string[] = []) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const side = await closingSide();
      const request = { action, account, symbol: 'BTCUSDT', side, ...detail };
      await venue.admin('POST', '/actions', request);
      const told = database.until(action, sql, some, { values, timeoutMs: 5_000 });
      if (await told.then(() => true).catch(() => false)) return;
    }
    throw new Error(`${action} did not reach the ledger`);
  };
  await running.startSymbols();
  await happens('settleFunding', { rate: '0.00012347' }, PAID, ['funding']);
  await happens('placeOrder', { quantity: '0.001', reduceOnly: true }, BY_HAND);
  await happens('liquidate', {}, PAID, ['liquidationFee']);

  await running.workflow('BTCUSDT').cancel();
  await running.workflow('BTCUSDT').result();
  const { differences, cash } = await running.witness();
  expect(differences.filter((difference) => !isOfBefore(running, difference))).toEqual([]);
  expect(Number(cash.otherChanges)).not.toBe(0);

  const told = await toldTexts(running, 'BTCUSDT');
  // The texts are whole: ids of orders stand in rows and in histories.
  expect(told.filter((text) => text.includes('stop:')).length).toBeGreaterThan(1);
  expect(told.filter((text) => text.includes(paperKeys(account).secret))).toEqual([]);
  expect(told.filter((text) => /signature=/i.test(text))).toEqual([]);
}, 300_000);
