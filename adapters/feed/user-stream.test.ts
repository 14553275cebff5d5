import { expect, test } from 'vitest';
import type { Exchange } from '../exchange/exchange-client.ts';
import type { ExchangeSessions } from './exchange-session.ts';
import { UserStream } from './user-stream.ts';

test('ends although ccxt, closed before it had a socket, opens one afterwards and stays pending', async () => {
  const watching = Promise.withResolvers<void>();
  const closed: unknown[] = [];
  const exchange = {
    clients: {},
    watchOrders: () => {
      watching.resolve();
      return new Promise<never>(() => {});
    },
  } as unknown as Exchange;
  const sessions: Pick<ExchangeSessions, 'open' | 'close'> = {
    open: async () => exchange,
    close: async (one) => void closed.push(one),
  };
  const stream = new UserStream(sessions as ExchangeSessions, {
    onEvent: () => {},
    onIncome: () => {},
    onGap: () => {},
    onLost: () => {},
  });
  stream.start();
  await watching.promise;
  await stream.close();
  // Once more after the connection was given up: the socket may have come meanwhile.
  expect(closed).toEqual([exchange, exchange]);
});
