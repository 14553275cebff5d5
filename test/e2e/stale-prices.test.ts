/** Prices that stay away halt their symbol (P17): entries go, and only a person goes on. */
import { afterEach, expect, test } from 'vitest';
import { symbolView } from '../../api/status-schemas.ts';
import { startStack } from '../support/stack.ts';
import type { Stack } from '../support/stack.ts';
import { venueTruth } from '../support/venue-truth.ts';

const SYMBOL = 'BTCUSDT';

let stack: Stack;
afterEach(() => stack.stop());

const entries = (): number =>
  venueTruth(stack).ordinary.filter(({ reduceOnly }) => !reduceOnly).length;

async function shown() {
  const { body } = await stack.api('GET', `/symbols/${SYMBOL}/status`);
  const { state, level, halt_reason: reason } = symbolView.parse(body);
  return { state, level, reason };
}

test('a worker without prices for too long halts its symbol', async () => {
  stack = await startStack({
    symbols: [SYMBOL],
    market: { source: 'synthetic', seed: 1, startTime: Date.UTC(2026, 2, 2), stepMs: 5_000 },
    pace: { kind: 'speed', speed: 60 },
    unlimited: true,
    relayed: true,
    settings: { 'limits.stale_halt_ms': 4_000 },
  });
  const relay = stack.links?.worker.venue;
  if (relay === undefined) throw new Error('the stack has no relays');
  await stack.startSymbols();
  await expect.poll(entries, { timeout: 60_000 }).toBeGreaterThan(0);
  relay.refuse = true;
  relay.cut();
  const patient = { timeout: 60_000, interval: 250 };
  await expect
    .poll(shown, patient)
    .toEqual({ state: 'halted', level: 'HALT', reason: 'DATA_STALE' });
  await expect.poll(entries, patient).toBe(0);
  relay.refuse = false;
  // Fresh prices change nothing by themselves.
  const asked = { reason: 'the line is mended' };
  await expect
    .poll(async () => (await stack.api('POST', '/resume', asked)).status, patient)
    .toBe(202);
  await expect.poll(entries, patient).toBeGreaterThan(0);
  expect((await shown()).level).toBe('ACTIVE');
}, 240_000);
