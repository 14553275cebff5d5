/** The venue account of a process: transport and gateway to the paper venue. */
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import { createExchangeGateway } from '../adapters/exchange/gateway.ts';
import type { ExchangeGatewayOptions } from '../adapters/exchange/gateway.ts';
import { createPaperTransport } from '../adapters/exchange/paper-transport.ts';
import type { ExchangeTransport } from '../adapters/exchange/paper-transport.ts';
import type { ExchangeGateway } from '../adapters/ports.ts';
import { paperKeys } from './paper-keys.ts';

/** The venue's name in workflow ids and tables. */
export const VENUE_ID = 'binance-usdm';

export type VenueAccount = {
  readonly transport: ExchangeTransport;
  readonly gateway: ExchangeGateway;
  close(): Promise<void>;
};

/**
 * Throws VenueUnavailable while the venue does not answer, VenueRejected when it is no paper venue.
 * `requestWeightMax` and `equityMaxAgeMs`: see the gateway's.
 */
export async function openVenueAccount(
  config: TidegateConfig,
  limits: Pick<ExchangeGatewayOptions, 'requestWeightMax' | 'equityMaxAgeMs'> = {},
): Promise<VenueAccount> {
  const { apiKey, secret } = paperKeys(config.account.name);
  const origin = `http://${config.bindAddress}:${config.ports.venue}`;
  const transport = await createPaperTransport({ origin, apiKey, secret });
  const gateway = await createExchangeGateway({
    transport,
    wallClock: () => Date.now(),
    ...limits,
  });
  return {
    transport,
    gateway,
    close: async () => {
      await gateway.close();
      await transport.close();
    },
  };
}
