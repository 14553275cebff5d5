import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BTC,
  ETH,
  aRequest,
  aSending,
  aStop,
  anIntent,
  openSymbol,
  startLedger,
} from '../support/ledger.ts';
import type { LedgerWorld } from '../support/ledger.ts';
import { PAPER_RISK_LIMITS } from '../../core/risk/risk-limits.ts';

type Symbol = Awaited<ReturnType<typeof openSymbol>>;

let world: LedgerWorld;
let btc: Symbol;
let eth: Symbol;
beforeAll(async () => {
  world = await startLedger({ limits: { exposurePct: 1.5 } });
  btc = await openSymbol(world.ledger, BTC);
  eth = await openSymbol(world.ledger, ETH);
});
afterAll(() => world.stop());

describe('one limit, several symbols', () => {
  test('parallel requests never overdraw the account: 450 USDT hold three orders of 119.4', async () => {
    const requests = [btc, eth, btc, eth, btc, eth, btc, eth].map((symbol) =>
      world.ledger.prepareIntents(
        aRequest(symbol.ref, [anIntent({ clientOrderId: symbol.nextId() })]),
      ),
    );
    const answers = await Promise.all(requests);
    expect(answers.flatMap(({ approved }) => approved)).toHaveLength(3);
    const codes = answers.flatMap(({ denied }) => denied.map(({ reason }) => reason.code));
    expect(new Set(codes)).toEqual(new Set(['EXPOSURE_LIMIT_EXCEEDED']));
    expect(PAPER_RISK_LIMITS.leverage).toBe(3);
  });
});

test('eight workers send one row: one wins, the others are told to resolve', async () => {
  const stop = aStop({ clientOrderId: btc.nextId() });
  await world.ledger.prepareIntents(aRequest(BTC, [stop]));
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.ledger.beginSending(aSending(BTC, [stop.clientOrderId]))),
  );
  expect(answers.flatMap(({ send }) => send)).toEqual([stop]);
  expect(answers.flatMap(({ alreadySending }) => alreadySending)).toHaveLength(7);
});
