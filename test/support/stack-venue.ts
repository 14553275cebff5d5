/** The paper venue of a stack, with the market that the test wants. */
import { join, resolve } from 'node:path';
import type { EpochMs } from '../../core/market/market.ts';
import { createSyntheticSource } from '../../core/market/synthetic.ts';
import { paperKeys } from '../../cli/paper-keys.ts';
import type { MarketInput } from '../../venue/opening.ts';
import { startVenue } from '../../venue/server.ts';
import { openReplayFiles } from '../../venue/sources/replay-files.ts';

/** Recorded bars that some machines have beside the checkout; no test needs them. */
export const RECORDED_BARS = resolve(import.meta.dirname, '../../../shared/data/ohlcv');

export type StackMarket =
  | {
      readonly source: 'synthetic';
      readonly seed: number;
      readonly startTime: EpochMs;
      /** Without it the market never ends. */
      readonly endTime?: EpochMs;
      readonly stepMs: number;
    }
  | {
      readonly source: 'replay';
      /** CSV of recorded bars, by symbol. */
      readonly files: Readonly<Record<string, string>>;
      readonly startTime: EpochMs;
      readonly endTime: EpochMs;
      readonly stepsPerBar: number;
    };

/** `lockstep`: the market waits for everyone; `speed`: market seconds per wall second. */
export type StackPace =
  | { readonly kind: 'lockstep' }
  | { readonly kind: 'speed'; readonly speed: number };

export type StackVenue = {
  readonly port: number;
  readonly adminUrl: string;
  readonly adminToken: string;
  readonly journalPath: string;
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

export type StackVenueOptions = {
  readonly folder: string;
  readonly account: string;
  readonly symbols: readonly string[];
  readonly market: StackMarket;
  readonly pace: StackPace;
  /** Lifts the venue's request limits, as lockstep does. */
  readonly unlimited?: boolean;
};

/** Silence of a lost worker; it joins again when it is back. */
const DROP_OUT_MS = 2_000;
/** Limits count wall minutes, in which hours of the market pass, and a worker is killed four times. */
const NO_LIMITS = {
  weightPerMinute: 100_000_000,
  ordersPer10s: 100_000_000,
  ordersPerMinute: 100_000_000,
};

export async function startStackVenue(options: StackVenueOptions): Promise<StackVenue> {
  const { folder, account, symbols, pace, unlimited = false } = options;
  const journalPath = join(folder, 'venue', 'journal.ndjson');
  const venue = await startVenue({
    restPort: 0,
    journalPath,
    accounts: [{ id: account }],
    apiKeys: [paperKeys(account)],
    ...(pace.kind === 'lockstep'
      ? { lockstep: { expect: symbols.length, dropOutMs: DROP_OUT_MS } }
      : { speed: pace.speed }),
    ...(pace.kind === 'lockstep' || unlimited ? { limits: NO_LIMITS } : {}),
    source: marketOf(options),
    wallClock: () => Date.now(),
  });
  const { adminUrl, adminToken } = venue;
  const admin: StackVenue['admin'] = async (method, path, body) => {
    const response = await fetch(`${adminUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  if (pace.kind === 'lockstep') await makeOpeningSteps(admin, symbols);
  return {
    port: Number(new URL(venue.restUrl).port),
    adminUrl,
    adminToken,
    journalPath,
    admin,
    close: () => venue.close(),
  };
}

/**
 * One step of each symbol, so that there is a price when the workers come: in lockstep the market
 * stands until they take part, and they ask for a price before they do.
 */
async function makeOpeningSteps(
  admin: StackVenue['admin'],
  symbols: readonly string[],
): Promise<void> {
  for (const symbol of symbols) await admin('POST', '/lockstep/join', { symbol });
  for (const symbol of symbols.toSorted().slice(0, -1)) {
    const { time } = await waitingStep(admin, symbol);
    await admin('POST', '/lockstep/ack', { symbol, time });
  }
  await waitingStep(admin, symbols.toSorted().at(-1));
  for (const symbol of symbols.toSorted()) await admin('POST', '/lockstep/leave', { symbol });
}

type WaitingStep = { readonly symbol: string; readonly time: EpochMs };

async function waitingStep(
  admin: StackVenue['admin'],
  symbol: string | undefined,
): Promise<WaitingStep> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const waiting = (await admin('GET', '/lockstep/state'))['waiting'] as WaitingStep | null;
    if (waiting?.symbol === symbol && waiting !== null) return waiting;
  }
  throw new Error(`the market does not wait for ${symbol}`);
}

function marketOf({ symbols, market }: StackVenueOptions): MarketInput {
  if (market.source === 'synthetic') {
    const { source: _, ...options } = market;
    return createSyntheticSource({ ...options, symbols });
  }
  const { files, startTime: from, endTime: to, stepsPerBar } = market;
  return openReplayFiles({ files, from, to, stepsPerBar }).sourceFrom;
}
