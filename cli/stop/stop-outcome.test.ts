import { expect, test } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import { exitCodeOf, outcomeLines, stopOutcome } from './stop-outcome.ts';

const THROUGH = {
  halt_id: 'h1',
  level: 'HALT',
  latched: true,
  host_file: true,
  signalled: 3,
  unsignalled: [],
  cancelled: 12,
  still_open: 0,
  protective_stops_kept: 6,
  foreign_orders: 0,
  confirmed_at: '2026-11-20T12:00:03.200Z',
};

test.each([
  ['the halt stands and the venue confirms', {}, EXIT.ok],
  ['it stands on this host only', { latched: false }, EXIT.ok],
  ['it stands in PostgreSQL only', { host_file: false }, EXIT.ok],
  ['workflows were not reached', { unsignalled: ['BTCUSDT'] }, EXIT.ok],
  ['nobody looked at this host', { latched: false, host_file: null }, EXIT.error],
  ['it stands nowhere', { latched: false, host_file: false }, EXIT.error],
  ['orders are still open', { still_open: 2, confirmed_at: null }, EXIT.timeout],
  ['the venue does not answer', { still_open: null, confirmed_at: null }, EXIT.notRunning],
])('exit code when %s', (_what, changes, code) => {
  expect(exitCodeOf(stopOutcome.parse({ ...THROUGH, ...changes }))).toBe(code);
});

test('says what was reached, and what was not, without inventing a figure', () => {
  expect(outcomeLines(stopOutcome.parse(THROUGH)).join('\n')).toMatchInlineSnapshot(`
    "HALT h1
    latch      stands on this host; PostgreSQL has it
    workflows  3 signalled
    venue      12 orders cancelled, 0 still open, 6 protective stops kept, 0 orders of others
    confirmed by the venue at 2026-11-20T12:00:03.200Z"
  `);
  const dark = stopOutcome.parse({ halt_id: 'h2', unsignalled: ['BTCUSDT'] });
  expect(outcomeLines(dark).join('\n')).toMatchInlineSnapshot(`
    "HALT h2
    latch      PostgreSQL does not have it yet
    workflows  ? signalled; not reached: BTCUSDT
    venue      ? orders cancelled, ? still open, ? protective stops kept, ? orders of others
    NOT CONFIRMED by the venue; the halt stands, run the command again"
  `);
});
