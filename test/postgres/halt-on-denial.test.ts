/** Which denials halt what: by the whole list of codes, so that a new one is decided on purpose. */
import { expect, test } from 'vitest';
import { haltOnDenial } from '../../adapters/postgres/halt-on-denial.ts';
import type { HaltLatch } from '../../adapters/ports.ts';
import { DENIED_CODES } from '../../core/orders/denied-reason.ts';
import type { DeniedCode } from '../../core/orders/denied-reason.ts';

const REF = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };
type Halt = Parameters<HaltLatch['set']>[0];

async function haltsAfter(...codes: readonly DeniedCode[]): Promise<readonly Halt[]> {
  const halts: Halt[] = [];
  const latch: HaltLatch = {
    read: async () => ({ kind: 'clear' }),
    set: async (halt) => {
      halts.push(halt);
      return { latched: true };
    },
    clear: async () => false,
  };
  const denied = codes.map((code) => ({ reason: { code, figures: {} } }));
  await haltOnDenial(latch, REF, denied);
  return halts;
}

const HALTING: Readonly<Partial<Record<DeniedCode, readonly string[] | null>>> = {
  SYMBOL_DAILY_LOSS_EXCEEDED: ['BTCUSDT'],
  EXECUTION_REPEATED: ['BTCUSDT'],
  DAILY_LOSS_EXCEEDED: null,
  DRAWDOWN_EXCEEDED: null,
  REJECT_STORM_ACCOUNT: null,
};

test.each(Object.keys(DENIED_CODES) as DeniedCode[])(
  '%s halts what it should, or nothing',
  async (code) => {
    const symbols = HALTING[code];
    const halts = await haltsAfter(code);
    expect(halts).toMatchObject(
      symbols === undefined
        ? []
        : [{ account: 'paper', level: 'HALT', reason: code, by: 'gate', symbols }],
    );
    expect(halts).toHaveLength(symbols === undefined ? 0 : 1);
  },
);

test('many denials of one kind are one halt, of two kinds two', async () => {
  const storm = 'REJECT_STORM_ACCOUNT';
  const halts = await haltsAfter(storm, 'DATA_STALE', storm, 'EXECUTION_REPEATED');
  expect(halts.map(({ reason }) => reason)).toEqual([storm, 'EXECUTION_REPEATED']);
  expect(new Set(halts.map(({ haltId }) => haltId)).size).toBe(2);
});
