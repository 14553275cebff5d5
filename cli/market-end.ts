/** What is said when a recorded market has come to its end. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import type { EpochMs } from '../core/market/market.ts';
import { utcText } from '../venue/sources/replay-problem.ts';
import { venueFiles } from './venue-files.ts';

const ANSWER_MS = 2_000;

const admin = z.object({ adminUrl: z.string(), adminToken: z.string() });
const state = z.object({ ended: z.boolean(), marketTime: z.number() });

/** One line for people; `marketTime` is that of the last step. */
export const endOfMarket = (marketTime: EpochMs): string =>
  `THE RECORDED MARKET HAS ENDED at ${utcText(marketTime)}: no price comes any more, positions` +
  ' and their stops stay as they are (docs/VENUE.md, "Recorded bars", says how to go on)';

/** That line once the venue that runs here has no step left; nothing before, or without an answer. */
export async function marketEndLines(config: TidegateConfig): Promise<readonly string[]> {
  if (config.market.source !== 'replay') return [];
  try {
    const { adminUrl, adminToken } = admin.parse(
      JSON.parse(readFileSync(venueFiles(config).admin, 'utf8')),
    );
    const reply = await fetch(`${adminUrl}/state`, {
      headers: { authorization: `Bearer ${adminToken}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { ended, marketTime } = state.parse(await reply.json());
    return ended ? [endOfMarket(marketTime)] : [];
  } catch {
    // No venue runs, or it is busy: the live view says enough about that.
    return [];
  }
}
