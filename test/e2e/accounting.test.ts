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

/** The last check of these was over before the ledger had the trade of somebody else. */
const SENT_UNKNOWING = `SELECT i.client_order_id AS id FROM order_intents i JOIN fills f
    ON (f.account, f.venue, f.symbol) = (i.account, i.venue, i.symbol) AND f.intent_id IS NULL
  WHERE i.sent_at < f.recorded_at + interval '100 ms'`;

/** An order that was on its way when somebody else traded: its stops fit the position of before. */
async function ordersOfBefore({ venue, database }: Stack): Promise<ReadonlySet<string>> {
  const lines = readJournalFile(venue.journalPath);
  const others = lines.find(
    ({ order }) => order?.clientOrderId.startsWith('web_') === true || order?.liquidation === true,
  );
  const accepted = lines
    .filter(({ kind, seq }) => kind === 'orderAccepted' && seq > (others?.seq ?? Infinity))
    .map(({ order }) => order?.clientOrderId ?? '');
  const sent = await database.query<{ id: string }>(SENT_UNKNOWING);
  return new Set(sent.map(({ id }) => id).filter((id) => accepted.includes(id)));
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
  const unknowing = await ordersOfBefore(running);
  const isOfBefore = ({ check, subject }: Difference): boolean =>
    check === 'entry before its stop' && unknowing.has(subject);
  expect(differences.filter((difference) => !isOfBefore(difference))).toEqual([]);
  expect(Number(cash.otherChanges)).not.toBe(0);

  const told = await toldTexts(running, 'BTCUSDT');
  // The texts are whole: ids of orders stand in rows and in histories.
  expect(told.filter((text) => text.includes('stop:')).length).toBeGreaterThan(1);
  expect(told.filter((text) => text.includes(paperKeys(account).secret))).toEqual([]);
  expect(told.filter((text) => /signature=/i.test(text))).toEqual([]);
}, 300_000);
