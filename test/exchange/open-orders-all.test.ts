/** Listing and cancelling for a whole account, as an emergency stop does. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExchangeGateway } from '../../adapters/ports.ts';
import type { PriceText, QuantityText } from '../../core/money/units.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { scriptedMarket } from '../../venue/testing/scripted-market.ts';
import type { Bench } from '../../venue/testing/venue-bench.ts';
import { aLevel, startGatewayBench } from './gateway-bench.ts';
import type { GatewayBench } from './gateway-bench.ts';

let bench: GatewayBench;
let venue: Bench;
let gateway: ExchangeGateway;

beforeEach(async () => {
  const prices = Array.from({ length: 10 }, () => 50_000);
  const source = scriptedMarket({ BTCUSDT: prices, ETHUSDT: prices.map(() => 2_500) });
  bench = await startGatewayBench({ source });
  ({ venue, gateway } = bench);
  await venue.step();
  await venue.step();
});
afterEach(() => bench.close());

const order = (sequence: number, fields: Partial<OrderIntent>): OrderIntent =>
  aLevel(sequence, { quantity: '0.1' as QuantityText, price: null, ...fields });

async function placeThree(): Promise<readonly OrderIntent[]> {
  const bitcoin = order(1, { price: '49000' as PriceText });
  const ether = order(2, { price: '2450' as PriceText });
  const stop = order(3, {
    kind: 'stopMarket',
    role: 'stop',
    side: 'sell',
    triggerPrice: '2400' as PriceText,
    reduceOnly: true,
  });
  const replies = [
    ...(await gateway.place('BTCUSDT', [bitcoin], gateway.venueTime())),
    ...(await gateway.place('ETHUSDT', [ether], gateway.venueTime())),
    ...(await gateway.place('ETHUSDT', [stop], gateway.venueTime())),
  ];
  expect(replies.map(({ kind }) => kind)).toEqual(['acked', 'acked', 'acked']);
  return [bitcoin, ether, stop];
}

const standing = async () =>
  (await gateway.openOrdersAll()).map(({ symbol, clientOrderId: id, conditional }) => ({
    symbol,
    id,
    conditional,
  }));

test('ordinary and conditional orders of every symbol are listed, each with its symbol', async () => {
  const [bitcoin, ether, stop] = await placeThree();
  expect(await standing()).toEqual([
    { symbol: 'BTCUSDT', id: bitcoin?.clientOrderId, conditional: false },
    { symbol: 'ETHUSDT', id: ether?.clientOrderId, conditional: false },
    { symbol: 'ETHUSDT', id: stop?.clientOrderId, conditional: true },
  ]);
});

test("the venue's cancel-all ends the ordinary orders of one symbol and no conditional one", async () => {
  const [bitcoin, , stop] = await placeThree();
  await gateway.cancelAll('ETHUSDT');
  expect((await standing()).map(({ id }) => id)).toEqual([
    bitcoin?.clientOrderId,
    stop?.clientOrderId,
  ]);
  await gateway.cancelAll('ETHUSDT');
});

test('a cancel-all whose answer is lost has an unknown outcome', async () => {
  await placeThree();
  await venue.admin('POST', '/faults', { kind: 'dropAfterAccept', call: 'DELETE allOpenOrders' });
  await expect(gateway.cancelAll('BTCUSDT')).rejects.toMatchObject({ name: 'OutcomeUnknown' });
});
