/** Signed orders over HTTP from one client process, as many connections as a busy bot would hold. */
import { createHmac } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { PaperKeys } from '../../cli/paper-keys.ts';
import { round, summarise } from '../harness/quantiles.ts';
import type { Summary } from '../harness/quantiles.ts';

export type HttpLoad = {
  readonly wantedPerS: number | null;
  readonly ordersPerS: number;
  /** From the moment the order was due to go out until its answer, ms. */
  readonly latencyMs: Summary;
};

const CONNECTIONS = 16;
/** Open orders of the symbol before all are cancelled; 200 are allowed. */
const CANCEL_EVERY = 80;

export class OrderClient {
  readonly #pool: Pool;
  readonly #keys: PaperKeys;
  readonly #prices: { readonly buy: string; readonly sell: string };
  #sent = 0;

  /** `mid` sets where orders rest: 2 % away from it. */
  constructor(restUrl: string, keys: PaperKeys, mid: number) {
    this.#pool = new Pool(restUrl, { connections: CONNECTIONS, pipelining: 1 });
    this.#keys = keys;
    this.#prices = { buy: (mid * 0.98).toFixed(0), sell: (mid * 1.02).toFixed(0) };
  }

  /** As fast as the connections carry them, for a time (wall). */
  async saturate(durationMs: number): Promise<HttpLoad> {
    const latencies: number[] = [];
    const begun = performance.now();
    const until = begun + durationMs;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (performance.now() < until) {
          const at = performance.now();
          await this.#place();
          latencies.push(performance.now() - at);
        }
      }),
    );
    return loadOf(null, latencies, performance.now() - begun);
  }

  /**
   * At a rate that does not wait for answers: an order that the venue keeps waiting counts from
   * when it was due, so that a stall shows in every order behind it.
   */
  async atRate(perS: number, durationMs: number): Promise<HttpLoad> {
    const latencies: number[] = [];
    const pending: Promise<void>[] = [];
    const begun = performance.now();
    const total = Math.round((perS * durationMs) / 1_000);
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, Math.floor(((performance.now() - begun) * perS) / 1_000));
      for (; sent < due; sent += 1) {
        const dueAt = begun + (sent * 1_000) / perS;
        pending.push(this.#place().then(() => void latencies.push(performance.now() - dueAt)));
      }
      await delay(1);
    }
    await Promise.all(pending);
    return loadOf(perS, latencies, performance.now() - begun);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #place(): Promise<void> {
    this.#sent += 1;
    const isBuy = this.#sent % 2 === 0;
    const price = isBuy ? this.#prices.buy : this.#prices.sell;
    const order = this.#send(
      'POST',
      '/fapi/v1/order',
      `symbol=BTCUSDT&side=${isBuy ? 'BUY' : 'SELL'}&type=LIMIT&timeInForce=GTC&quantity=0.01&price=${price}`,
    );
    // Queued right behind the order: what is sent later cannot pass it by more than the connections.
    const tidied =
      this.#sent % CANCEL_EVERY === 0
        ? this.#send('DELETE', '/fapi/v1/allOpenOrders', 'symbol=BTCUSDT')
        : undefined;
    await order;
    await tidied;
  }

  async #send(method: 'POST' | 'DELETE', path: string, fields: string): Promise<void> {
    const query = `${fields}&recvWindow=60000&timestamp=${Date.now()}`;
    const signature = createHmac('sha256', this.#keys.secret).update(query).digest('hex');
    const { statusCode, body } = await this.#pool.request({
      method,
      path: `${path}?${query}&signature=${signature}`,
      headers: { 'X-MBX-APIKEY': this.#keys.apiKey },
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${method} ${path}: ${statusCode} ${text}`);
  }
}

const loadOf = (
  wantedPerS: number | null,
  latencies: readonly number[],
  tookMs: number,
): HttpLoad => ({
  wantedPerS,
  ordersPerS: Math.round((latencies.length * 1_000) / tookMs),
  latencyMs: summarise(latencies.map(round)),
});
