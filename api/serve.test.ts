import { expect, test } from 'vitest';
import { createApi } from './create-api.ts';
import { aWorld, fakeDeps } from './fake-ports.ts';
import { serveApi } from './serve.ts';

test('listens on this machine only, answers, and ends', async () => {
  const served = await serveApi({ app: createApi(fakeDeps(aWorld())), port: 0 });
  expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${served.url}/api/v1/profit-scraping/start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(202);
  await served.close();
  await expect(fetch(`${served.url}/health`)).rejects.toThrow('fetch failed');
});

test('a taken port is an error, not a crash', async () => {
  const app = createApi(fakeDeps(aWorld()));
  const served = await serveApi({ app, port: 0 });
  const port = Number(new URL(served.url).port);
  await expect(serveApi({ app, port })).rejects.toThrow('EADDRINUSE');
  await served.close();
});

test('a body that is larger than allowed is refused also when its length is not announced', async () => {
  const world = aWorld({ running: new Set(['BTCUSDT']) });
  const served = await serveApi({ app: createApi(fakeDeps(world)), port: 0 });
  const chunk = new TextEncoder().encode(' '.repeat(40_000));
  const body = new ReadableStream({
    start: (controller) => {
      for (let sent = 0; sent < 3; sent += 1) controller.enqueue(chunk);
      controller.close();
    },
  });
  const response = await fetch(`${served.url}/api/v1/profit-scraping/stop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    duplex: 'half',
  });
  expect(response.status).toBe(413);
  expect(world.calls).toEqual([]);
  await served.close();
});
