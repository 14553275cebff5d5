/** A venue as a process of its own: `node venue-child.ts <journal> <port>`; says when it answers. */
import { createSyntheticSource } from '../../core/market/synthetic.ts';
import { startVenue } from '../../venue/server.ts';
import { KEYS } from '../../venue/testing/keys.ts';

const [journalPath = '', port = '0'] = process.argv.slice(2);
const venue = await startVenue({
  restPort: Number(port),
  journalPath,
  speed: 600,
  apiKeys: [{ ...KEYS, account: 'paper' }],
  accounts: [{ id: 'paper', balance: '1000000' }],
  limits: { weightPerMinute: 100_000, ordersPer10s: 10_000, ordersPerMinute: 100_000 },
  source: (resumeFrom) =>
    createSyntheticSource({
      seed: 7,
      symbols: ['BTCUSDT', 'ETHUSDT'],
      startTime: resumeFrom ?? Date.UTC(2025, 5, 1),
      historyDays: 1,
    }),
  wallClock: Date.now,
});
process.stdout.write(`${JSON.stringify(venue)}\n`);
