import { afterEach, expect, test } from 'vitest';
import { scriptedMarket } from '../testing/scripted-market.ts';
import { startBench } from '../testing/venue-bench.ts';
import type { Bench, BenchOptions, Exchange } from '../testing/venue-bench.ts';
import type { Injection } from './faults.ts';
import { parseFaultScript } from './script.ts';

const BTC = 'BTC/USDT:USDT';
const benches: Bench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function open(options: Partial<BenchOptions> = {}): Promise<[Bench, Exchange]> {
  const prices = Array.from({ length: 40 }, () => 50_000);
  const bench = await startBench({ source: scriptedMarket({ BTCUSDT: prices }), ...options });
  benches.push(bench);
  const exchange = await bench.connect();
  await bench.step();
  await exchange.loadMarkets();
  return [bench, exchange];
}

const script = {
  seed: 11,
  entries: [
    { after: { steps: 0 }, fault: { kind: 'clockSkew', ms: 1 }, name: 'skew' },
    {
      after: { steps: 1 },
      name: 'flaky',
      fault: { kind: 'replyInstead', reply: '-1007', call: 'POST order', probability: 0.5 },
    },
    { after: { steps: 2 }, action: { action: 'settleFunding', symbol: 'BTCUSDT', rate: '0.01' } },
    { after: { marketMs: 3_000 }, clear: 'flaky' },
    { after: { steps: 5 }, clear: '*' },
  ],
};

/** What a client meets at each step of a market with the script. */
async function play(): Promise<[string[], Injection[]]> {
  const log: Injection[] = [];
  const [bench, exchange] = await open({ onInjected: (injection) => log.push(injection) });
  await bench.admin('POST', '/script', script);
  const met: string[] = [];
  for (let i = 0; i < 6; i += 1) {
    for (let order = 0; order < 4; order += 1) {
      const name = await exchange.createOrder(BTC, 'limit', 'buy', 0.01, 45_000).then(
        () => 'ok',
        (error: unknown) => (error as Error).name,
      );
      met.push(name);
    }
    await bench.step();
  }
  expect(await bench.admin('GET', '/script')).toEqual({ done: 5, left: 0 });
  return [met, log];
}

test('a script does what it says at its steps, the same way each time', async () => {
  const [met, log] = await play();
  const [again, logAgain] = await play();
  expect(again).toEqual(met);
  const withoutWall = (all: Injection[]): unknown =>
    all.map(({ wallTime: _wall, ...rest }) => rest);
  expect(withoutWall(logAgain)).toEqual(withoutWall(log));
  expect(met.slice(0, 4)).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect(new Set(met.slice(4, 12))).toEqual(new Set(['ok', 'RequestTimeout']));
  expect(met.slice(12)).toEqual(Array.from({ length: 12 }, () => 'ok'));
  const own = log.filter(({ faultId }) => faultId === 0).map(({ kind }) => kind);
  expect(own).toEqual([
    'scriptFault',
    'scriptFault',
    'settleFunding',
    'scriptClear',
    'scriptClear',
  ]);
});

test('a script can begin with the venue and go by wall time', async () => {
  const seen: string[] = [];
  let heard = (): void => {};
  const faultScript = parseFaultScript({
    entries: [
      { after: { wallMs: 80 }, fault: { kind: 'clockSkew', ms: 1 }, name: 'skew' },
      { after: { wallMs: 20 }, fault: { kind: 'delayReply', ms: 1 } },
    ],
  });
  const [bench] = await open({
    faultScript,
    onInjected: ({ kind }) => {
      seen.push(kind);
      heard();
    },
  });
  const kinds = (): string[] => seen.filter((kind) => kind === 'scriptFault');
  while (kinds().length < 2) await new Promise<void>((resolve) => (heard = resolve));
  const { faults } = await bench.admin('GET', '/faults');
  expect(faults).toMatchObject([{ kind: 'delayReply' }, { kind: 'clockSkew' }]);
});

test('the log can be read from where one stopped reading', async () => {
  const [bench] = await open();
  const act = (): Promise<unknown> =>
    bench.admin('POST', '/actions', { action: 'disconnectSockets', stream: 'user' });
  await act();
  const first = await bench.admin('GET', '/injections?after=0');
  await act();
  const second = await bench.admin('GET', `/injections?after=${String(first['next'])}`);
  expect([first, second]).toMatchObject([
    { injected: [{ kind: 'disconnectSockets' }], next: 1 },
    { injected: [{ kind: 'disconnectSockets' }], next: 2 },
  ]);
});

test('a script that is not valid is refused by name', async () => {
  const [bench] = await open();
  const bad = { entries: [{ after: { steps: 1 }, fault: { kind: 'explode' } }] };
  expect((await bench.admin('POST', '/script', bad))['error']).toMatch(/entries\[0\]\.fault\.kind/);
  expect(() => parseFaultScript({ entries: [{ after: {}, clear: 'x' }] })).toThrow(/after/);
});
