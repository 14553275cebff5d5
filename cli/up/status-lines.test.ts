import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { fetchStatus } from '../api-client.ts';
import { statusLines } from './status-lines.ts';

/** What an API that answers this body makes the live view show. */
async function shown(body: unknown, status = 200): Promise<string[]> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const lines = statusLines(await fetchStatus(`http://127.0.0.1:${port}`));
  server.close();
  return lines;
}

const trading = {
  symbol: 'BTCUSDT',
  running: true,
  state: 'rangingGrid.working',
  level: 'ACTIVE',
  regime: 'ranging',
  decision: { code: 'GRID_PLANNED', reason: 'the market ranges' },
  open_orders: 6,
  position: { side: 'LONG', quantity: '0.012' },
  stop: { distance_pct: 2.5 },
  grid_profit: '1.5',
  floating_profit: '-0.25',
  fees: '0.1',
  last_fill: { time: '2026-11-20T12:00:03.200Z', side: 'buy', price: '60000', quantity: '0.002' },
  market_time: '2026-11-20T12:00:05.000Z',
  age_ms: 120,
};

test('a trading symbol shows state, orders, position with its stop, profits, fees and last fill', async () => {
  const lines = await shown({
    account: 'paper',
    equity: '10001.5',
    latch: 'clear',
    symbols: [trading],
  });
  expect(lines).toEqual([
    'account paper   equity 10001.50 USDT   market time 2026-11-20 12:00',
    'BTCUSDT   · rangingGrid.working (ranging) · 6 orders · LONG 0.012 (stop 2.50 % away) · ' +
      'grid 1.50 · floating -0.25 · fees 0.10 · last buy 0.002 at 60000 12:00:03 · GRID_PLANNED: the market ranges',
  ]);
});

const LONG_REASON =
  'the market ranges, but no level would earn more than the fees of its round trip';

test('a symbol that does not trade says why, by code and in words', async () => {
  const idle = {
    ...trading,
    decision: { code: 'GRID_TOO_NARROW', reason: LONG_REASON },
    open_orders: 0,
    position: { side: 'FLAT', quantity: '0' },
    last_fill: null,
  };
  const [, line] = await shown({ symbols: [idle] });
  expect(line).toContain(` · flat · GRID_TOO_NARROW: ${LONG_REASON} · grid`);
  const [, onlyCode] = await shown({ symbols: [{ ...idle, decision: { code: 'GRID_KEPT' } }] });
  expect(onlyCode).toContain(' · flat · GRID_KEPT · grid');
});

test('while orders stand the reason is short', async () => {
  const decision = { code: 'GRID_TOO_NARROW', reason: LONG_REASON };
  const [, line] = await shown({ symbols: [{ ...trading, decision }] });
  expect(line).toMatch(/ · GRID_TOO_NARROW: the market ranges, but no level would earn…$/);
});

test('a halt, a level and stale figures are shown', async () => {
  const halted = { ...trading, level: 'HALT', halt_reason: 'daily loss', age_ms: 12_000 };
  const [head, line] = await shown({
    account: 'paper',
    equity: null,
    latch: 'set',
    symbols: [halted],
  });
  expect(head).toBe(
    'account paper   equity ? USDT   EMERGENCY STOP: set   market time 2026-11-20 12:00',
  );
  expect(line).toContain('HALT: daily loss');
  expect(line).toContain('12 s old');
  const reducing = { ...trading, level: 'REDUCING', restraints: ['PRICE_MOVED_TOO_FAST'] };
  expect((await shown({ symbols: [reducing] }))[1]).toContain(
    ' · REDUCING: PRICE_MOVED_TOO_FAST · ',
  );
});

test('what is missing or strange is unknown, never zero', async () => {
  const [head, line] = await shown({ symbols: [{ symbol: 'X', open_orders: 'many', fees: 3 }] });
  expect(head).toBe('account ?   equity ? USDT   EMERGENCY STOP: ?');
  expect(line).toBe(
    'X         · ? (regime ?) · ? orders · position ? · grid ? · floating ? · fees ?',
  );
});

test('an API that does not answer, or not with a status, is said', async () => {
  expect(await shown({ code: 'INTERNAL_ERROR' }, 500)).toEqual(['the API does not answer']);
  expect(statusLines(await fetchStatus('http://127.0.0.1:1'))).toEqual(['the API does not answer']);
});
