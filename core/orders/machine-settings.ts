/** The few settings that a machine needs; they arrive with the reconcile report. */
import type { PriceText } from '../money/units.ts';

export type MachineSettings = {
  readonly tickSize: PriceText;
  /** Distance of a fallback stop from the mark, in basis points. */
  readonly protectionStopBps: number;
  /** Market time for which inventory is worked out passively before it goes at market. */
  readonly unwindLimitMs: number;
  /** Wall time without live or pending protection after which a position is closed at market. */
  readonly protectionGraceMs: number;
  /** Wall time before a refused protective order, or an unknown one, is tried or asked again. */
  readonly retryMs: number;
  /** Wall time for which an outcome may stay unknown before the symbol only reduces (P25). */
  readonly unknownGraceMs: number;
  /** P4c, in percent; null where no feed keeps a record of prices (lockstep). */
  readonly collarMovePct: number | null;
  /** The venue changes the price of an order that stands; else it is cancelled and placed anew. */
  readonly amendsInPlace: boolean;
  /** True when the venue waits for `settled` watches. */
  readonly lockstep: boolean;
};
