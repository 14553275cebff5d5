/** A gateway on a real venue, through an unmodified ccxt, and orders to place there. */
import { createExchangeGateway } from '../../adapters/exchange/gateway.ts';
import { createPaperTransport } from '../../adapters/exchange/paper-transport.ts';
import type { ExchangeTransport } from '../../adapters/exchange/paper-transport.ts';
import type { ExchangeGateway } from '../../adapters/ports.ts';
import type { PriceText, QuantityText } from '../../core/money/units.ts';
import { clientOrderId } from '../../core/orders/client-order-id.ts';
import type { OrderIntent } from '../../core/orders/order.ts';
import { KEYS } from '../../venue/testing/keys.ts';
import { startBench } from '../../venue/testing/venue-bench.ts';
import type { Bench, BenchOptions } from '../../venue/testing/venue-bench.ts';

export type GatewayBench = {
  readonly venue: Bench;
  readonly transport: ExchangeTransport;
  readonly gateway: ExchangeGateway;
  close(): Promise<void>;
};

/** Venue and gateway go by the same clock. */
export async function startGatewayBench(options: BenchOptions): Promise<GatewayBench> {
  const venue = await startBench(options);
  const transport = await createPaperTransport({ ...KEYS, origin: venue.venue.restUrl });
  const wallClock = options.wallClock ?? Date.now;
  const gateway = await createExchangeGateway({ transport, wallClock });
  const close = async () => {
    await gateway.close();
    await transport.close();
    await venue.close();
  };
  return { venue, transport, gateway, close };
}

/** A level of a grid: 0.01 at 49,000 USDT, unless `fields` say otherwise. */
export const aLevel = (sequence: number, fields: Partial<OrderIntent> = {}): OrderIntent => ({
  clientOrderId: clientOrderId({ instance: 'test', symbolCode: 'btcus', epoch: 1 }, sequence),
  role: 'level',
  slot: `L${sequence}`,
  planId: 'plan',
  strategy: 'grid',
  side: 'buy',
  kind: 'limit',
  quantity: '0.01' as QuantityText,
  price: '49000' as PriceText,
  triggerPrice: null,
  targetPrice: null,
  reduceOnly: false,
  postOnly: false,
  timeInForce: 'GTC',
  decisionId: null,
  ...fields,
});
