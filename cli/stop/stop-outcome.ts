/** What a stop has reached, for people and for scripts. */
import { z } from 'zod';
import { EXIT } from '../exit-codes.ts';

const count = z.number().nullable().default(null).catch(null);

/** The API's report, read loosely: what is missing is unknown. */
export const stopOutcome = z.object({
  halt_id: z.string(),
  level: z.string().default('HALT').catch('HALT'),
  latched: z.boolean().default(false).catch(false),
  /** The halt's file on this host; null where it was not looked at. */
  host_file: z.boolean().nullable().default(null).catch(null),
  signalled: count,
  unsignalled: z.array(z.string()).default([]).catch([]),
  cancelled: count,
  still_open: count,
  protective_stops_kept: count,
  foreign_orders: count,
  confirmed_at: z.string().nullable().default(null).catch(null),
});
export type StopOutcome = z.output<typeof stopOutcome>;

/**
 * `ok`: the halt stands and the venue confirms. `error`: neither PostgreSQL nor, as far as is known, this host holds it.
 * `notRunning`: the venue did not answer. `timeout`: it answered, and orders are still open.
 */
export function exitCodeOf(outcome: StopOutcome): number {
  if (!outcome.latched && outcome.host_file !== true) return EXIT.error;
  if (outcome.confirmed_at !== null) return EXIT.ok;
  return outcome.still_open === null ? EXIT.notRunning : EXIT.timeout;
}

export function outcomeLines(outcome: StopOutcome): string[] {
  const { halt_id: haltId, level, unsignalled, confirmed_at: confirmedAt } = outcome;
  const missed = unsignalled.length === 0 ? '' : `; not reached: ${unsignalled.join(', ')}`;
  return [
    `${level} ${haltId}`,
    `latch      ${latchWords(outcome)}`,
    `workflows  ${shown(outcome.signalled)} signalled${missed}`,
    `venue      ${shown(outcome.cancelled)} orders cancelled, ${shown(outcome.still_open)} still open, ` +
      `${shown(outcome.protective_stops_kept)} protective stops kept, ` +
      `${shown(outcome.foreign_orders)} orders of others`,
    confirmedAt === null
      ? 'NOT CONFIRMED by the venue; the halt stands, run the command again'
      : `confirmed by the venue at ${confirmedAt}`,
  ];
}

const HOST_WORDS = { true: 'stands on this host; ', false: 'NOT WRITTEN on this host; ', null: '' };

const latchWords = ({ latched, host_file: hostFile }: StopOutcome): string =>
  `${HOST_WORDS[`${hostFile}`]}${latched ? 'PostgreSQL has it' : 'PostgreSQL does not have it yet'}`;

const shown = (value: number | null): string => (value === null ? '?' : String(value));
