/** Signed orders from one client process: at a rate, and as many as the venue takes. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs } from '../harness/machine.ts';
import { round, summarise } from '../harness/quantiles.ts';
import type { Summary } from '../harness/quantiles.ts';
import type { OrderWire } from './order-wires.ts';

export type OrderLoad = {
  readonly wire: string;
  /** Null: as many as it takes. */
  readonly wantedPerS: number | null;
  readonly ordersPerS: number;
  /** Orders for each second of the venue's own processor time. */
  readonly ordersPerVenueCpuS: number;
  /** From the moment the order was due to go out until its answer, ms. */
  readonly latencyMs: Summary;
};

/** Orders under way at once when nothing holds them back. */
const UNDER_WAY = 16;

/**
 * At a rate that does not wait for answers: an order that the venue keeps waiting counts from when
 * it was due, so that a stall shows in every order behind it.
 */
export async function loadAtRate(
  wire: OrderWire,
  venuePid: number,
  perS: number,
  durationMs: number,
): Promise<OrderLoad> {
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const clock = startClock(venuePid);
  const { begun } = clock;
  const total = Math.round((perS * durationMs) / 1_000);
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * perS) / 1_000));
    for (; sent < due; sent += 1) {
      const dueAt = begun + (sent * 1_000) / perS;
      pending.push(wire.place(sent).then(() => void latencies.push(performance.now() - dueAt)));
    }
    await delay(1);
  }
  await Promise.all(pending);
  return loadOf(wire.name, perS, latencies, clock);
}

/** As fast as the answers allow, for a time (wall). */
export async function saturate(
  wire: OrderWire,
  venuePid: number,
  durationMs: number,
): Promise<OrderLoad> {
  const latencies: number[] = [];
  const clock = startClock(venuePid);
  const until = clock.begun + durationMs;
  let sent = 0;
  await Promise.all(
    Array.from({ length: UNDER_WAY }, async () => {
      while (performance.now() < until) {
        const at = performance.now();
        sent += 1;
        await wire.place(sent);
        latencies.push(performance.now() - at);
      }
    }),
  );
  return loadOf(wire.name, null, latencies, clock);
}

type Clock = { readonly begun: number; readonly venuePid: number; readonly venueCpuMs: number };

const startClock = (venuePid: number): Clock => ({
  begun: performance.now(),
  venuePid,
  venueCpuMs: cpuMs(venuePid),
});

function loadOf(
  wire: string,
  wantedPerS: number | null,
  latencies: readonly number[],
  { begun, venuePid, venueCpuMs }: Clock,
): OrderLoad {
  const perS = (tookMs: number): number => Math.round((latencies.length * 1_000) / tookMs);
  return {
    wire,
    wantedPerS,
    ordersPerS: perS(performance.now() - begun),
    ordersPerVenueCpuS: perS(cpuMs(venuePid) - venueCpuMs),
    latencyMs: summarise(latencies.map(round)),
  };
}
