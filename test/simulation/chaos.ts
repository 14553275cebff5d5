/** What strikes from outside while faults are on: crashes, outages, people. */
import type { TradingLevel } from '../../core/market/watch.ts';
import { parseClientOrderId } from '../../core/orders/client-order-id.ts';
import type { Dice } from './dice.ts';
import type { Fault } from './faults.ts';
import type { World } from './world.ts';

type HaltLevel = Extract<TradingLevel, 'HALT' | 'HALT_AND_FLATTEN' | 'LOCKOUT'>;

export function startChaos(world: World): void {
  const dice = world.dice('chaos');
  const strikes = createStrikes(world, dice);
  for (const [fault, strike] of Object.entries(strikes) as [Fault, () => void][]) {
    repeat(world, dice, fault, strike);
  }
}

/** At random times, so many a minute. */
function repeat(world: World, dice: Dice, fault: Fault, strike: () => void): void {
  const rate = world.faults.rate(fault);
  if (rate === 0) return;
  const next = (): void => {
    const waitMs = (-Math.log(1 - dice.uniform(0, 0.999)) * 60_000) / rate;
    world.time.after(Math.ceil(waitMs), () => {
      if (!world.faults.isOn) return;
      strike();
      next();
    });
  };
  next();
}

function createStrikes(world: World, dice: Dice): Partial<Record<Fault, () => void>> {
  const { time, trace, away, temporal } = world;
  const goAway = (what: keyof typeof away, forMs: number): void => {
    trace.say(what, `away for ${forMs} ms`);
    away[what] = time.now + forMs;
  };
  const signalLevel = (level: 'ACTIVE' | 'PAUSE' | 'REDUCING'): void => {
    trace.say('person', `level ${level}`);
    temporal.signal({ type: 'level', level, reason: 'chaos', by: 'simulation' });
  };
  return {
    crash: () => crash(world, dice),
    freeze: () => {
      if (world.workers.length === 0) return;
      const worker = dice.pick(world.workers);
      const forMs = dice.between(200, 12_000);
      trace.say(worker.homeQueue, `frozen for ${forMs} ms`);
      worker.process.freeze(forMs);
    },
    venueOutage: () => goAway('venue', dice.between(500, 15_000)),
    databaseOutage: () => goAway('database', dice.between(500, 10_000)),
    temporalOutage: () => goAway('temporal', dice.between(500, 20_000)),
    marketSilence: () => {
      const forMs = dice.between(1_000, 75_000);
      goAway('market', forMs);
      for (const { feed } of world.workers) feed.setConnected(false);
      time.after(forMs, () => {
        for (const { feed } of world.workers) feed.setConnected(true);
      });
    },
    streamCut: () => {
      if (world.workers.length > 0) dice.pick(world.workers).pipe.cut(dice.between(500, 10_000));
    },
    venueCancels: () => cancelOne(world, dice, false),
    stopsCancelled: () => cancelOne(world, dice, true),
    halt: () => halt(world, dice, 'HALT'),
    flatten: () => halt(world, dice, 'HALT_AND_FLATTEN'),
    lockout: () => halt(world, dice, 'LOCKOUT'),
    level: () => signalLevel(dice.pick(['ACTIVE', 'PAUSE', 'REDUCING'])),
    stop: () => {
      const flatten = dice.chance(0.5);
      trace.say('person', `stop, flatten ${flatten}`);
      temporal.signal({ type: 'stop', flatten, reason: 'chaos', by: 'simulation' });
    },
    restart: () => {
      if (temporal.run !== undefined) temporal.terminate();
      time.after(dice.between(100, 5_000), () => start(world));
    },
  };
}

/** As the API does it: nothing is started while a halt stands. */
export function start({ temporal, ledger, trace }: World): void {
  if (temporal.run !== undefined || ledger.state.halts.size > 0) return;
  trace.say('person', 'starts');
  temporal.start();
}

function crash(world: World, dice: Dice): void {
  if (world.workers.length === 0) return;
  const worker = dice.pick(world.workers);
  const downMs = dice.between(500, 8_000);
  const isGraceful = dice.chance(0.3);
  if (!isGraceful) return world.killWorker(worker, downMs);
  world.trace.say(worker.homeQueue, 'leaves');
  worker.process.leave();
  worker.feed.handOver();
  world.time.after(dice.between(100, 2_000), () => world.killWorker(worker, downMs));
}

/** The venue takes an order of ours off its book by itself. */
function cancelOne({ venue, trace }: World, dice: Dice, conditional: boolean): void {
  const open = venue.openOrders(conditional);
  if (open.length === 0) return;
  const { clientOrderId } = dice.pick(open);
  if (clientOrderId === null) return;
  trace.say('venue', `takes ${clientOrderId} off`);
  venue.cancel(clientOrderId, conditional);
}

/** As the API does it: latch, signal and venue cancel, none waits for another. */
function halt(world: World, dice: Dice, level: HaltLevel): void {
  const { time, trace, ledger, temporal } = world;
  const haltId = `halt-${time.now}`;
  trace.say('person', `${level} ${haltId}`);
  time.after(dice.between(1, 300), () => {
    ledger.setHalt({ haltId, level });
    trace.say('latch', `set by ${haltId}`);
  });
  time.after(dice.between(1, dice.pick([300, 4_000])), () =>
    temporal.signal({
      type: 'halt',
      haltId,
      level,
      reason: 'chaos',
      by: 'simulation',
      wallMs: time.now,
    }),
  );
  for (const afterMs of [dice.between(1, 300), 1_000, 9_000])
    time.after(afterMs, () => sweep(world));
  if (dice.chance(0.7)) time.after(dice.between(10_000, 25_000), () => resume(world));
}

/** Cancels ours among the ordinary orders; stops stay. */
function sweep({ venue, time, away, ledger }: World): void {
  if (time.now < away.venue || ledger.state.halts.size === 0) return;
  for (const { clientOrderId } of venue.openOrders(false)) {
    const isOurs = clientOrderId !== null && parseClientOrderId(clientOrderId) !== undefined;
    if (isOurs) venue.cancel(clientOrderId, false);
  }
}

/** Clears every halt and tells the workflow so, as the API does; false when there was nothing. */
export function resume({ time, trace, ledger, temporal }: World): boolean {
  const level = temporal.run?.carry.snapshot.context.level ?? 'ACTIVE';
  const halts = [...ledger.state.halts.keys()];
  if (halts.length === 0 && level === 'ACTIVE') return false;
  trace.say('person', `resumes ${halts.join() || level}`);
  for (const haltId of halts) ledger.clearHalt(haltId);
  const ids = halts.length === 0 ? [null] : halts;
  for (const [index, haltId] of ids.entries()) {
    time.after(5 + index, () =>
      temporal.signal({ type: 'resume', haltId, reason: 'chaos over', by: 'simulation' }),
    );
  }
  return true;
}
