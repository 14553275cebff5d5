/** A process's connection to the database: each call is one transaction, somewhere in its time. */
import type { Journal, Ledger } from '../../../adapters/ports.ts';
import type { Dice } from '../dice.ts';
import type { Faults } from '../faults.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { SimProcess } from '../worker/sim-process.ts';
import { denied } from '../../../core/risk/moment-rules.ts';
import type { SimLedger } from './sim-ledger.ts';

export type ClientParts = {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly ledger: SimLedger;
  readonly isDatabaseAway: () => boolean;
};

const RETRY_MS = 200;

export function createLedgerClient(parts: ClientParts, process: SimProcess): Ledger & Journal {
  const { ledger, faults } = parts;
  const ask = <T>(work: () => T): Promise<T> => transact(parts, process, work);
  return {
    prepareIntents: (request) =>
      ask(() => {
        const kept = request.intents.filter((i) => i.reduceOnly || !faults.hits('gateDenies'));
        const answer = ledger.prepareIntents({ ...request, intents: kept });
        const refused = request.intents.filter((intent) => !kept.includes(intent));
        const reason = denied('DATA_STALE', { simulated: 'yes' });
        const more = refused.map(({ clientOrderId }) => ({ clientOrderId, reason }));
        return { ...answer, denied: [...answer.denied, ...more] };
      }),
    noteCancels: (_ref, ids) => ask(() => ledger.noteChanges(ids)),
    beginAmending: (_ref, ids) => ask(() => ledger.beginAmending(ids)),
    // One symbol, and its halts come from people.
    haltOnUnknown: () => ask(() => undefined),
    beginSending: (request) => ask(() => ledger.beginSending(request)),
    recordOutcome: (_ref, id, outcome) => ask(() => ledger.recordOutcome(id, outcome)),
    recordFill: (_ref, fill) => ask(() => ledger.recordFill(fill)),
    recordOrder: (_ref, order) => ask(() => ledger.recordOrder(order)),
    expirePrepared: (_ref, id) => ask(() => ledger.expirePrepared(id)),
    rowsAbove: (_ref, seq, limit) => ask(() => ledger.rowsAbove(seq, limit)),
    intent: (id) => ask(() => ledger.intent(id)),
    openIntents: () => ask(() => ledger.openIntents()),
    position: () => ask(() => ledger.position()),
    openEpoch: (_ref, venueEpoch) => ask(() => ledger.openEpoch(venueEpoch)),
    identity: () => ask(() => ledger.identity()),
    subscribe: async (_ref, onRows) => {
      const hear = (): void => {
        if (faults.hits('noticeLost')) return;
        parts.time.after(parts.dice.between(1, 20), () => process.wake(onRows));
      };
      ledger.state.listeners.add(hear);
      const stop = async (): Promise<void> => void ledger.state.listeners.delete(hear);
      process.onDeath(() => void stop());
      return stop;
    },
    recordDecision: (_ref, decision) => ask(() => ledger.recordDecision(decision)),
    record: (_ref, entries) => ask(() => ledger.record(entries)),
    writeStatus: (_ref, watchSeq, status) => ask(() => ledger.writeStatus(watchSeq, status)),
  };
}

function transact<T>(parts: ClientParts, process: SimProcess, work: () => T): Promise<T> {
  const { time, dice, faults, isDatabaseAway } = parts;
  const slowMs = (): number => (faults.hits('querySlow') ? dice.between(200, 4_000) : 0);
  return process.wait<T>(({ resolve, reject }) => {
    time.after(dice.between(1, 8) + slowMs(), () => {
      // What a dead process sent may or may not have arrived as a whole.
      if (!process.isAlive && dice.chance(0.5)) return;
      const backMs = dice.between(1, 4) + slowMs();
      if (isDatabaseAway() || faults.hits('queryFails')) {
        time.after(backMs, () => reject(new Error('the database is away')));
        return;
      }
      const value = work();
      const isLost = faults.hits('commitReplyLost');
      time.after(backMs, () =>
        isLost ? reject(new Error('connection terminated')) : resolve(value),
      );
    });
  });
}

/** The same, asked again until it works: what a feed does with the account's events. */
export function patiently(client: Ledger & Journal, process: SimProcess): Ledger & Journal {
  const again = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!process.isAlive) throw error;
        await process.sleep(RETRY_MS);
      }
    }
  };
  return {
    ...client,
    recordFill: (ref, fill) => again(() => client.recordFill(ref, fill)),
    recordOrder: (ref, order) => again(() => client.recordOrder(ref, order)),
    identity: (ref) => again(() => client.identity(ref)),
    record: (ref, entries) => again(() => client.record(ref, entries)),
  };
}
