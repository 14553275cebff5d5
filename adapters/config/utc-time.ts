/** Times as a person writes them in the configuration. */
import type { EpochMs } from '../../core/market/market.ts';

const WRITTEN = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2}))?Z?)?$/;

/**
 * `2024-03-01`, `2024-03-01T12:30`, `2024-03-01T12:30:15Z`: always UTC. Undefined for any other text
 * and for a day or an hour that does not exist.
 */
export function utcTimeOf(written: string): EpochMs | undefined {
  const [, day, minute = '00:00', second = '00'] = WRITTEN.exec(written) ?? [];
  if (day === undefined) return undefined;
  const whole = `${day}T${minute}:${second}.000Z`;
  const time = Date.parse(whole);
  // 30 February is read as a day in March.
  return Number.isNaN(time) || new Date(time).toISOString() !== whole ? undefined : time;
}
