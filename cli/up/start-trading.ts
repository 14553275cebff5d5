/** Once the API is healthy: the symbols of this start begin to trade, unless they already do. */
import { z } from 'zod';
import { callApi } from '../api-client.ts';

const problem = z.object({ code: z.string(), detail: z.string().optional() });

/**
 * One request a symbol, so that one that runs already does not keep the others from starting. Answers
 * one line for each symbol that was not started, with the API's own reason.
 */
export async function startTrading(
  origin: string,
  symbols: readonly string[],
): Promise<{ readonly started: readonly string[]; readonly notices: readonly string[] }> {
  const started: string[] = [];
  const notices: string[] = [];
  for (const symbol of symbols) {
    const reply = await callApi(origin, '/api/v1/profit-scraping/start', { symbols: [symbol] });
    if (reply !== undefined && reply.status < 300) {
      started.push(symbol);
      continue;
    }
    const read = problem.safeParse(reply?.body);
    const code = read.data?.code ?? 'NO_ANSWER';
    if (code !== 'ALREADY_RUNNING') notices.push(`${symbol}: ${read.data?.detail ?? code}`);
  }
  return { started, notices };
}
