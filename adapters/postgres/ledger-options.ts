/** What a ledger needs beside its pool. */
import type { SymbolRef } from '../../core/orders/order.ts';
import type { RiskLimits } from '../../core/risk/risk-limits.ts';
import type { HostHalts } from './host-halts.ts';
import type { Notifications } from './notifications.ts';

export type LedgerOptions = {
  readonly mode: 'paper' | 'live';
  /** Written on every intent: which code asked for it. */
  readonly buildId: string;
  /** Read at each check, so that changed limits reach running symbols. */
  readonly limitsFor: (ref: SymbolRef) => RiskLimits;
  /** Host file and memory of the halt latch; the one that `createHaltLatch` uses. */
  readonly hostHalts: HostHalts;
  readonly notifications: Notifications;
  /** How long an approved intent may wait to be sent (wall, database clock). */
  readonly intentTtlMs: number;
};
