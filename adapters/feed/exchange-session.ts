/** Opens and closes ccxt instances for streams; their markets are loaded once and shared. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientObservers, Exchange } from '../exchange/exchange-client.ts';
import type { ExchangeTransport } from '../exchange/paper-transport.ts';

const CLOSE_LIMIT_MS = 1_000;

export class ExchangeSessions {
  readonly #transport: ExchangeTransport;
  #markets: Exchange['markets'] | undefined;

  constructor(transport: ExchangeTransport) {
    this.#transport = transport;
  }

  /** Throws what ccxt throws when the venue does not tell its markets. */
  async open(observers: ClientObservers): Promise<Exchange> {
    const exchange = await this.#transport.open(observers);
    if (this.#markets === undefined) await exchange.loadMarkets();
    else exchange.setMarkets(this.#markets);
    this.#markets = exchange.markets;
    return exchange;
  }

  /** Ends the connections; pending watch calls reject. A socket that does not end is left. */
  async close(exchange: Exchange): Promise<void> {
    const closed = exchange.close().catch(() => undefined);
    await Promise.race([closed, delay(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  }
}
