import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { probeApi, watchApi } from './api-watch.ts';

/** What is said when the probes find this, one after the other. */
async function saidAfter(found: readonly string[]): Promise<readonly string[]> {
  const said: string[] = [];
  const stop = new AbortController();
  const left = [...found];
  const probe = async (): Promise<string> => {
    const next = left.shift();
    if (next === undefined) stop.abort();
    return next ?? 'asked after the end';
  };
  await watchApi({ probe, intervalMs: 0, say: (text) => said.push(text) }, stop.signal);
  return said;
}

test('one notice when it stops answering, one when it answers again', async () => {
  const silent = 'does not answer';
  expect(await saidAfter(['', '', silent, silent, silent, '', '', silent])).toEqual([
    silent,
    'answers again, all is well',
    silent,
  ]);
});

test('a change of what is wrong is told too, and nothing while all is well', async () => {
  expect(await saidAfter(['', ''])).toEqual([]);
  const parts = ['gets no answer from postgres', 'does not answer', ''];
  expect(await saidAfter(parts)).toEqual([...parts.slice(0, 2), 'answers again, all is well']);
});

test('a stop ends the wait for the next question', async () => {
  const stop = new AbortController();
  const probe = () => Promise.reject(new Error('nobody asks any more'));
  const watching = watchApi({ probe, intervalMs: 3_600_000, say: () => {} }, stop.signal);
  stop.abort();
  await expect(watching).resolves.toBeUndefined();
});

/** What the probe says of a server that answers so, or never. */
async function probed(answer: { status: number; body: unknown } | 'never'): Promise<string> {
  const server = createServer((_, response) => {
    if (answer === 'never') return;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const found = await probeApi(`http://127.0.0.1:${port}`, answer === 'never' ? 50 : 5_000);
  server.closeAllConnections();
  server.close();
  return found;
}

test('an API is well, or says what it lacks, or hangs, or is gone', async () => {
  expect(await probed({ status: 200, body: { status: 'healthy', down: [] } })).toBe('');
  expect(await probed({ status: 503, body: { down: ['postgres', 'temporal'] } })).toBe(
    'gets no answer from postgres and temporal',
  );
  expect(await probed({ status: 500, body: { code: 'INTERNAL_ERROR' } })).toBe(
    'answers with status 500',
  );
  expect(await probed('never')).toBe('does not answer');
  expect(await probeApi('http://127.0.0.1:1')).toBe('does not answer');
});
