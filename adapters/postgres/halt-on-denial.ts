/** Denials that demand a person: the gate halts what they name, as an emergency stop would. */
import type { DeniedReason } from '../../core/orders/denied-reason.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import { HALTING } from '../../core/risk/activity-rules.ts';
import type { HaltLatch } from '../ports.ts';

/**
 * After the gate's own transaction, for a halt waits for submits that the gate's locks may hold up.
 * A crash in between loses nothing: the next order is denied for the same reason.
 */
export async function haltOnDenial(
  latch: HaltLatch,
  { account, symbol }: SymbolRef,
  denied: readonly { readonly reason: DeniedReason }[],
): Promise<void> {
  const codes = new Set(denied.map(({ reason }) => reason.code));
  for (const code of codes) {
    const scope = HALTING[code];
    if (scope === undefined) continue;
    await latch.set({
      account,
      // Of this occasion: one that a person cleared is not the one that comes after it.
      haltId: `gate-${code.toLowerCase().replaceAll('_', '-')}-${Date.now().toString(36)}`,
      level: 'HALT',
      reason: code,
      by: 'gate',
      symbols: scope === 'symbol' ? [symbol] : null,
    });
  }
}
