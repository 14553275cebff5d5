import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decimal } from './decimal.ts';
import { boughtUnderStop, HandMadeJournal, ORDER_ID, STOP_ID, TRADE } from './hand-made-journal.ts';
import { journalDifferences } from './journal-differences.ts';
import { readJournalFile } from './journal-file.ts';
import type { FillSeen, IncomeSeen, IntentSeen, LedgerAccount } from './ledger-account.ts';
import { protectionOf } from './protection.ts';
import { venueAccount } from './venue-account.ts';
import { compare } from './witness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-witness-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function linesOf(journal: HandMadeJournal) {
  const path = join(folder, 'venue.jsonl');
  writeFileSync(path, journal.text());
  return readJournalFile(path);
}

const LEVEL: IntentSeen = {
  clientOrderId: ORDER_ID,
  symbol: 'BTCUSDT',
  role: 'level',
  side: 'buy',
  kind: 'limit',
  quantity: decimal('0.002'),
  price: decimal('59700'),
  triggerPrice: null,
  reduceOnly: false,
  state: 'ACKED',
  orderStatus: 'filled',
  executed: decimal('0.002'),
};
const STOP: IntentSeen = {
  ...LEVEL,
  clientOrderId: STOP_ID,
  role: 'stop',
  side: 'sell',
  kind: 'stopMarket',
  price: null,
  triggerPrice: decimal('57900'),
  reduceOnly: true,
  orderStatus: 'working',
  executed: 0n,
};
const FILL: FillSeen = {
  symbol: 'BTCUSDT',
  tradeId: '11',
  orderId: '7',
  intentId: ORDER_ID,
  side: 'buy',
  price: decimal('59700'),
  quantity: decimal('0.002'),
  fee: decimal('0.02388'),
  feeAsset: 'USDT',
  maker: true,
  realised: 0n,
  timeMs: 300_000,
};
const DEPOSIT: IncomeSeen = {
  kind: 'transfer',
  symbol: null,
  asset: 'USDT',
  amount: decimal('10000'),
  timeMs: 60_000,
};
const LEDGER: LedgerAccount = {
  intents: [LEVEL, STOP],
  fills: [FILL],
  incomes: [DEPOSIT],
  positions: new Map([['BTCUSDT', decimal('0.002')]]),
  realised: new Map([['BTCUSDT', 0n]]),
};

const differing = (ledger: LedgerAccount, journal = boughtUnderStop()): string[] =>
  compare(venueAccount(linesOf(journal), 'paper'), ledger).map(({ check, subject }) =>
    check === 'cash' ? `cash: ${subject}` : check,
  );

test('two books that tell the same story do not differ', () => {
  expect(differing(LEDGER)).toEqual([]);
});

test.each<[string, LedgerAccount, string[]]>([
  ['an order without a row', { ...LEDGER, intents: [STOP] }, ['order without intent']],
  [
    'a row that claims an order which never was',
    {
      ...LEDGER,
      intents: [...LEDGER.intents, { ...LEVEL, clientOrderId: ORDER_ID.replace('b1', 'b2') }],
    },
    ['order lost'],
  ],
  [
    'an order that the ledger gave up',
    { ...LEDGER, intents: [{ ...LEVEL, state: 'ABSENT' }, STOP] },
    ['order unknown to us'],
  ],
  [
    'a row that is still being found out',
    { ...LEDGER, intents: [{ ...LEVEL, state: 'UNKNOWN' }, STOP] },
    ['intent unresolved'],
  ],
  [
    'a price that the venue does not have',
    { ...LEDGER, intents: [{ ...LEVEL, price: decimal('59700.1') }, STOP] },
    ['order price'],
  ],
  [
    'an order that goes on in the ledger only',
    { ...LEDGER, intents: [{ ...LEVEL, orderStatus: 'working', executed: 0n }, STOP] },
    ['order status', 'order executed'],
  ],
  [
    'a fill that was missed',
    { ...LEDGER, fills: [] },
    ['trade without fill', 'position', 'cash: fees', 'cash: wallet'],
  ],
  [
    'a fill that was booked twice',
    { ...LEDGER, fills: [FILL, { ...FILL, orderId: '8' }] },
    ['fill twice', 'position', 'cash: fees', 'cash: wallet'],
  ],
  [
    'a fill that was made up',
    { ...LEDGER, fills: [FILL, { ...FILL, tradeId: '12', fee: 0n, quantity: 0n }] },
    ['fill without trade'],
  ],
  [
    'a fee that differs in the last digit',
    { ...LEDGER, fills: [{ ...FILL, fee: decimal('0.023880000001') }] },
    ['fill fee', 'cash: fees', 'cash: wallet'],
  ],
  [
    'a realised profit that average cost does not give',
    { ...LEDGER, realised: new Map([['BTCUSDT', 1n]]) },
    ['cash: average cost of BTCUSDT'],
  ],
  [
    'a deposit that nobody booked',
    { ...LEDGER, incomes: [] },
    ['cash: transfer', 'cash: wallet', 'income'],
  ],
  [
    'a deposit that was booked twice',
    { ...LEDGER, incomes: [DEPOSIT, DEPOSIT] },
    ['cash: transfer', 'cash: wallet', 'income'],
  ],
  [
    'a fill of another order',
    { ...LEDGER, fills: [{ ...FILL, intentId: STOP_ID }] },
    ['fill intent'],
  ],
  ['a position that drifted', { ...LEDGER, positions: new Map() }, ['position']],
])('%s shows', (_, ledger, checks) => {
  expect(differing(ledger)).toEqual(checks);
});

test('the same client id at the venue twice shows, once accepted and once refused', () => {
  const again = boughtUnderStop().order('orderAccepted', { orderId: 8 });
  expect(differing(LEDGER, again)).toContain('order twice');
  const command = { type: 'place', accountId: 'paper', newClientOrderId: ORDER_ID };
  const refused = boughtUnderStop()
    .add('command', { account: undefined, command })
    .add('rejected', { account: undefined, commandType: 'place', code: -4116, message: '' });
  expect(differing(LEDGER, refused)).toEqual(['order sent twice']);
  const cancel = { type: 'cancelConditional', accountId: 'paper', clientAlgoId: STOP_ID };
  const late = boughtUnderStop()
    .add('command', { account: undefined, command: cancel })
    .add('rejected', { account: undefined, commandType: cancel.type, code: -2011, message: '' });
  expect(differing(LEDGER, late)).toEqual([]);
});

test('a wallet that is not opening, profit and fees shows; funding is part of the sum', () => {
  expect(differing(LEDGER, boughtUnderStop().balance('9999.5', '0.002'))).toEqual([
    'cash: trades of the journal',
    'cash: wallet',
  ]);
  const paid = {
    reason: 'FUNDING_FEE',
    walletBalance: '9999.47612',
    balanceChange: '-0.5',
    positions: [{ symbol: 'BTCUSDT', quantity: '0.002' }],
  };
  const journal = boughtUnderStop().add('funding', paid);
  const funding: IncomeSeen = {
    kind: 'funding',
    symbol: 'BTCUSDT',
    asset: 'USDT',
    amount: decimal('-0.5'),
    timeMs: 6 * 60_000,
  };
  const booked = (income: IncomeSeen) => ({ ...LEDGER, incomes: [DEPOSIT, income] });
  expect(differing(booked(funding), journal)).toEqual([]);
  expect(differing(LEDGER, journal)).toEqual(['cash: funding', 'cash: wallet', 'income']);
  const rounded = { ...funding, amount: funding.amount + 1n };
  expect(differing(booked(rounded), journal)).toContain('cash: funding');
  expect(differing(booked({ ...funding, symbol: 'ETHUSDT' }), journal)).toEqual([
    'income',
    'income',
  ]);
});

test('a triggered stop is what its child is, and its fill belongs to the stop', () => {
  const child = {
    orderId: 9,
    clientOrderId: 'autoclose-1',
    side: 'sell',
    type: 'MARKET',
    price: '0',
    reduceOnly: true,
    algoId: 3,
  };
  const closing = { ...TRADE, tradeId: 12, orderId: 9, side: 'sell', price: '57900', fee: '0' };
  const journal = boughtUnderStop()
    .conditional('conditionalTriggered', { status: 'TRIGGERED', actualOrderId: 9 })
    .balance('9996.37612', '0')
    .order(
      'trade',
      { ...child, status: 'FILLED', executedQty: '0.002' },
      { ...closing, realizedProfit: '-3.6' },
    )
    .conditional('conditionalFinished', {
      status: 'FINISHED',
      actualOrderId: 9,
      actualQty: '0.002',
    });
  const fill: FillSeen = {
    ...FILL,
    tradeId: '12',
    orderId: '9',
    intentId: STOP_ID,
    side: 'sell',
    price: decimal('57900'),
    fee: 0n,
    realised: decimal('-3.6'),
  };
  const stop = { ...STOP, orderStatus: 'filled', executed: decimal('0.002') };
  const ledger = {
    ...LEDGER,
    intents: [LEVEL, stop],
    fills: [FILL, fill],
    positions: new Map(),
    realised: new Map([['BTCUSDT', decimal('-3.6')]]),
  };
  expect(differing(ledger, journal)).toEqual([]);
});

test('the journal is held against itself', () => {
  const own = (journal: HandMadeJournal): string[] =>
    journalDifferences(linesOf(journal), 'paper').map(({ check }) => check);
  expect(own(boughtUnderStop())).toEqual([]);
  const funding = { reason: 'FUNDING_FEE', walletBalance: '9999', positions: [] };
  const paid = (balanceChange: string) =>
    own(boughtUnderStop().add('funding', { ...funding, balanceChange }));
  expect(paid('-0.97612')).toEqual([]);
  expect(paid('-0.9')).toEqual(['journal: wallet']);

  const again = boughtUnderStop().order('orderCancelled', { status: 'CANCELED' });
  expect(own(again)).toEqual(['journal: order after its end', 'journal: executed']);
  const late = new HandMadeJournal()
    .opened()
    .balance('9999.97612', '0.003')
    .order('trade', { status: 'FILLED', executedQty: '0.002' }, { ...TRADE, fee: '0.02' });
  expect(own(late)).toEqual(['journal: wallet', 'journal: position of BTCUSDT']);
});

const protection = (journal: HandMadeJournal) => protectionOf(linesOf(journal), 'paper');

test('a position under its stop is protected from its first moment', () => {
  expect(protection(boughtUnderStop())).toEqual({
    spans: [],
    unguardedEntries: [],
    positions: 1,
    entries: 1,
    unprotectedSeconds: 0,
  });
});

test('a stop that comes after the fill leaves the seconds between open', () => {
  const journal = new HandMadeJournal()
    .opened()
    .order('orderAccepted')
    .balance('9999.97612', '0.002')
    .order('trade', { status: 'FILLED', executedQty: '0.002' }, TRADE)
    .conditional('conditionalAccepted');
  const report = protection(journal);
  expect(report.spans).toEqual([
    {
      symbol: 'BTCUSDT',
      fromSeq: 3,
      toSeq: 5,
      wallMs: 2_000,
      marketMs: 120_000,
      quantity: '0.002',
    },
  ]);
  expect(report.unprotectedSeconds).toBe(2);
  expect(report.unguardedEntries).toMatchObject([
    { check: 'entry before its stop', subject: ORDER_ID },
  ]);
});

test('a stop that is too small, gone or on the wrong side does not count', () => {
  const small = boughtUnderStop().balance('9999', '0.003');
  expect(protection(small).spans).toMatchObject([{ quantity: '0.001', toSeq: null }]);
  const gone = boughtUnderStop().conditional('conditionalCancelled', { status: 'CANCELED' });
  expect(protection(gone).spans).toMatchObject([{ fromSeq: 6, quantity: '0.002' }]);
  const short = boughtUnderStop().balance('9999', '-0.002');
  expect(protection(short).spans).toMatchObject([{ quantity: '0.002' }]);
});

test('an entry needs stops for the worst case of its side, not only for itself', () => {
  const second = boughtUnderStop().order('orderAccepted', { orderId: 8, clientOrderId: 'tg2' });
  expect(protection(second).unguardedEntries).toMatchObject([{ subject: 'tg2' }]);
  const closing = boughtUnderStop().order('orderAccepted', { orderId: 8, side: 'sell' });
  expect(protection(closing).unguardedEntries).toEqual([]);
});
