/** Every kill point by its name on the command line and in the table. */
import {
  amending,
  anyTime,
  cancelling,
  continueAsNew,
  killSwitch,
  regimeSwitch,
  scalpOpening,
} from './life-points.ts';
import { cutFrom, postgresDown, stopWithout, temporalRestart } from './outage-points.ts';
import type { Rig, RigSetup } from './rig.ts';
import { afterReply, afterSend, beforeSend, inTransit, stopPlacement } from './send-points.ts';
import type { Strike } from './strike.ts';

export type KillPoint = {
  readonly name: string;
  readonly strike: (rig: Rig) => Promise<Strike>;
  readonly setup?: Pick<RigSetup, 'restless' | 'historyEventsMax' | 'unwindLimitS'>;
  /** The fault demands a halt: it must stand after the restart, and a person ends it. */
  readonly halts?: true;
};

export const KILL_POINTS: readonly KillPoint[] = [
  { name: 'before-send', strike: beforeSend },
  { name: 'in-transit', strike: inTransit },
  { name: 'after-send', strike: afterSend },
  { name: 'after-reply', strike: afterReply },
  { name: 'cancel', strike: cancelling },
  { name: 'amend', strike: amending, setup: { restless: true, unwindLimitS: 3_600 } },
  { name: 'stop-placement', strike: stopPlacement },
  { name: 'scalp-opening', strike: scalpOpening, setup: { restless: true } },
  { name: 'regime-switch', strike: regimeSwitch, setup: { restless: true } },
  { name: 'kill-switch', strike: killSwitch, halts: true },
  { name: 'continue-as-new', strike: continueAsNew, setup: { historyEventsMax: 150 } },
  { name: 'any-time', strike: anyTime },
  { name: 'temporal-restart', strike: temporalRestart },
  { name: 'postgres-down', strike: postgresDown },
  { name: 'cut-worker-venue', strike: cutFrom('venue') },
  { name: 'cut-worker-postgres', strike: cutFrom('postgres') },
  { name: 'cut-worker-temporal', strike: cutFrom('temporal') },
  { name: 'stop-cut-api-venue', strike: stopWithout('venue'), halts: true },
  { name: 'stop-cut-api-postgres', strike: stopWithout('postgres'), halts: true },
  { name: 'stop-cut-api-temporal', strike: stopWithout('temporal'), halts: true },
];
