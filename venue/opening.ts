/** Opens the venue's parts: journal and state from disk, market, streams, driver. */
import { ensureDefined } from '../core/assert.ts';
import type { EpochMs, InstrumentRules, MarketSource } from '../core/market/market.ts';
import type { MarketStep } from '../core/market/market.ts';
import { account, hasAccount, lastStep } from '../core/matching/queries.ts';
import { Credentials, feesOf } from './credentials.ts';
import { Exchange } from './exchange.ts';
import { diskFault } from './faults/disk-fault.ts';
import { Faults } from './faults/faults.ts';
import { Incidents } from './faults/incidents.ts';
import { ScriptRunner } from './faults/script.ts';
import { followMaintenance } from './faults/maintenance.ts';
import { readContents } from './journal/contents.ts';
import type { JournalContents } from './journal/contents.ts';
import { JournalFile } from './journal/file.ts';
import { PositionFile, readPosition } from './journal/position-file.ts';
import type { MarketPosition } from './journal/position-file.ts';
import { recover } from './journal/recovery.ts';
import { StepMemory } from './journal/step-memory.ts';
import { LONGEST_FUNDING_MS } from './market/funding.ts';
import { MarketFloor } from './market/floor.ts';
import { Lockstep } from './market/lockstep.ts';
import { Pacer, StepQueue } from './market/pacer.ts';
import { SymbolTape } from './market/tape.ts';
import { matchingConfig } from './matching-config.ts';
import type { AccountSettings, VenueSettings } from './options.ts';
import type { VenueParts } from './rest/route.ts';
import { ListenKeys } from './streams/listen-keys.ts';
import { StreamHub } from './streams/stream-hub.ts';

/**
 * The market: a source, or a function that makes one. The function is told the market time from
 * which a restarted venue needs steps (undefined for a new one); a source may start there or
 * earlier, must show the same path, and its older steps are passed over.
 */
export type MarketInput = MarketSource | ((resumeFrom: EpochMs | undefined) => MarketSource);

export type OpenVenue = VenueParts & {
  readonly hub: StreamHub;
  readonly faults: Faults;
  readonly incidents: Incidents;
  readonly script: ScriptRunner;
  /** Present when the market waits for its participants. */
  readonly lockstep: Lockstep | undefined;
  /** Market time, end and step count, for the admin port. */
  describe(): Record<string, unknown>;
  expireListenKeys(): void;
  /** Ends the countdowns whose wall time has come. */
  elapseCountdowns(): void;
  start(): void;
  /** Stops the market; requests are still answered. */
  halt(): void;
  closeFiles(): void;
};

const HOUR_MS = 3_600_000;

/** Brings the venue to where its journal ends, with the market standing still. */
export function openVenue(
  settings: VenueSettings,
  market: MarketInput,
  wallClock: () => EpochMs,
  random: () => number = Math.random,
  onMarketEnd: (marketTime: EpochMs) => void = () => {},
): OpenVenue {
  const positionPath = `${settings.journalPath}.position`;
  const contents = readContents(settings.journalPath);
  const position = newestPosition(contents.newestStep, readPosition(positionPath));
  const source = typeof market === 'function' ? market(resumeFrom(position)) : market;
  const tapes = new Map(
    source.instruments.map((rules) => {
      const intervalMs = (settings.fundingIntervalH[rules.symbol] ?? 8) * HOUR_MS;
      return [rules.symbol, new SymbolTape(rules, source, intervalMs)];
    }),
  );
  const { fundings } = contents;
  for (const funding of fundings) tapes.get(funding.symbol)?.funding.restore(funding);
  const queue = new StepQueue(() => source.next());
  passOver(queue, tapes, position);
  const marketTime = position?.time ?? source.startTime;
  let reached = (): EpochMs => marketTime;
  const faults = new Faults(random, { wall: wallClock, market: () => reached() });
  const journal = new JournalFile(settings.journalPath, contents, {
    sync: settings.journalSync,
    beforeWrite: diskFault(faults),
  });
  const exchange = openExchange({ settings, source, contents, journal, marketTime, wallClock });
  for (const [symbol, tape] of tapes) tape.take(rulesNow(exchange, symbol));
  catchUp(exchange, tapes);
  reached = () => exchange.marketTime;

  const credentials = new Credentials(settings, wallClock, (entry) => openAccount(exchange, entry));
  const listenKeys = new ListenKeys(settings.listenKeyTtlMs, wallClock);
  const { socketLifetimeMs } = settings;
  const hub = new StreamHub({ tapes, listenKeys, faults, socketLifetimeMs });
  followMaintenance(faults, exchange, hub);
  const incidents = new Incidents({ exchange, tapes, listenKeys, hub, faults });
  const script = new ScriptRunner({ faults, incidents, wallClock, marketTime: reached });
  const positionFile = new PositionFile(positionPath);
  const floor = new MarketFloor({
    exchange,
    tapes,
    hub,
    isLockstep: settings.lockstep !== undefined,
    afterStep: () => script.afterStep(),
    wallClock,
    savePosition: (reached) => positionFile.write(reached),
    steps: position?.steps ?? 0,
    fundedUntil: new Map(fundings.map(({ symbol, time }) => [symbol, time])),
  });
  const onStep = (step: MarketStep): void => floor.take(step);
  const { speed } = settings;
  const lockstep =
    settings.lockstep === undefined
      ? undefined
      : new Lockstep({
          ...settings.lockstep,
          queue,
          onStep,
          wallClock,
          listensTo: (symbol) => hub.listensTo(symbol),
        });
  const onEnd = (): void => onMarketEnd(exchange.marketTime);
  const driver = lockstep ?? new Pacer({ queue, onStep, wallClock, marketTime, speed, onEnd });
  exchange.onEvents((events) => lockstep?.observe(events));
  exchange.onEvents((events) => hub.publishEvents(events));
  return {
    settings,
    exchange,
    tapes,
    credentials,
    listenKeys,
    hub,
    faults,
    incidents,
    script,
    lockstep,
    describe: () => ({
      marketTime: exchange.marketTime,
      wallTime: wallClock(),
      ended: queue.peek() === undefined,
      steps: floor.steps,
      subscriptions: hub.subscriptions(),
    }),
    elapseCountdowns: () => {
      const now = wallClock();
      for (const { accountId, symbol, deadline } of exchange.state.countdowns.values()) {
        if (deadline > now) continue;
        const conditional = settings.countdownCancelsConditional;
        const base = { accountId, symbol, time: exchange.marketTime };
        exchange.impose({ type: 'countdownElapsed', ...base, conditional });
      }
    },
    expireListenKeys: () => {
      for (const { key } of listenKeys.takeExpired()) hub.expire(key, exchange.marketTime);
    },
    start: () => driver.start(),
    halt: () => driver.stop(),
    closeFiles: () => {
      script.stop();
      hub.close();
      exchange.recordClock(floor.steps);
      journal.close();
      positionFile.close();
    },
  };
}

/** The rules in force, which a fault may have changed. */
const rulesNow = (exchange: Exchange, symbol: string): InstrumentRules =>
  ensureDefined(exchange.state.symbols.get(symbol)?.instrument, `${symbol} is listed`);

type ExchangeInputs = {
  readonly settings: VenueSettings;
  readonly source: MarketSource;
  readonly contents: JournalContents;
  readonly journal: JournalFile;
  readonly marketTime: EpochMs;
  readonly wallClock: () => EpochMs;
};

/** Rebuilds the engine, completes a batch that a crash tore, lists symbols that are new. */
function openExchange(inputs: ExchangeInputs): Exchange {
  const { settings, source, contents, journal, marketTime, wallClock } = inputs;
  const { recordsPerSnapshot } = settings;
  const { state, missing } = recover(contents.tail, matchingConfig(source.instruments));
  const started = { kind: 'started', journalVersion: 1, config: state.config };
  journal.append([...missing, started], wallClock(), marketTime);
  const memory = new StepMemory(state, contents.accounts);
  const sinceSnapshot = contents.tail.length;
  const exchange = new Exchange({
    state,
    journal,
    memory,
    wallClock,
    marketTime,
    sinceSnapshot,
    recordsPerSnapshot,
  });
  if (sinceSnapshot > REPLAYED_RECORDS) exchange.recordSnapshot();
  for (const instrument of source.instruments) {
    if (state.symbols.has(instrument.symbol)) continue;
    exchange.impose({ type: 'setRules', time: marketTime, instrument });
  }
  return exchange;
}

function openAccount(exchange: Exchange, settings: AccountSettings): void {
  const { id: accountId, balance } = settings;
  const fees = feesOf(settings);
  const time = exchange.marketTime;
  if (!hasAccount(exchange.state, accountId)) {
    exchange.impose({ type: 'openAccount', accountId, time, balance, ...fees });
    return;
  }
  const { makerFeeBps, takerFeeBps } = account(exchange.state, accountId);
  if (makerFeeBps === fees.makerFeeBps && takerFeeBps === fees.takerFeeBps) return;
  exchange.impose({ type: 'setFees', accountId, time, ...fees });
}

/** Records that a start applies again without leaving a snapshot for the next one. */
const REPLAYED_RECORDS = 1_000;

/** The later of the position file and the journal's newest step; undefined before the first step. */
function newestPosition(
  newest: JournalContents['newestStep'],
  stored: MarketPosition | undefined,
): MarketPosition | undefined {
  if (newest === undefined) return stored;
  const { time, symbol } = newest;
  const journaled = { time, symbol, steps: stored?.steps ?? 0 };
  return stored !== undefined && isPast(journaled, stored) ? stored : journaled;
}

/** Whether a step was taken when the market had come to a position. */
const isPast = (
  step: { readonly time: EpochMs; readonly symbol: string },
  position: MarketPosition,
): boolean =>
  step.time < position.time || (step.time === position.time && step.symbol <= position.symbol);

/** Funding averages start at the last funding time, so a resumed market must too. */
const resumeFrom = (position: MarketPosition | undefined): EpochMs | undefined =>
  position === undefined ? undefined : position.time - (position.time % LONGEST_FUNDING_MS);

function passOver(
  queue: StepQueue,
  tapes: ReadonlyMap<string, SymbolTape>,
  position: MarketPosition | undefined,
): void {
  if (position === undefined) return;
  let step = queue.peek();
  while (step !== undefined && isPast(step, position)) {
    queue.take();
    tapes.get(step.symbol)?.add(step);
    step = queue.peek();
  }
}

/** Steps after the journal's last one touched no account; only the newest of a symbol counts. */
function catchUp(exchange: Exchange, tapes: ReadonlyMap<string, SymbolTape>): void {
  const newest = [...tapes.values()].flatMap(({ step }) => (step === undefined ? [] : [step]));
  for (const step of newest.toSorted((a, b) => a.time - b.time)) {
    const known = lastStep(exchange.state, step.symbol);
    if (known === undefined || known.time < step.time) exchange.step(step);
  }
}
