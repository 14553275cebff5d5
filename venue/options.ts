/** What the paper venue can be told, checked once at the edge. */
import { z } from 'zod';
import { HIGHEST_FEE_TIER } from './fee-tiers.ts';
import { SYNC_POLICIES } from './journal/file.ts';

const port = z.int().min(0).max(65_535);
const decimalText = z.string().regex(/^\d{1,18}(\.\d{1,8})?$/, 'plain decimal text, e.g. 10000');

const feeBps = z.number().min(-10).max(100);

export const apiKey = z.object({
  apiKey: z.string().min(8).max(128),
  secret: z.string().min(8).max(256),
  /** The account that the key trades for. */
  account: z.string().min(1).max(64),
});

export type ApiKeySettings = z.output<typeof apiKey>;

export const account = z.object({
  id: z.string().min(1).max(64),
  /** Opening wallet balance in USDT; only used when the journal does not know the account. */
  balance: decimalText.default('10000'),
  /** Binance USD-M's VIP level, without BNB: its fees are those of the account. */
  feeTier: z.int().min(0).max(HIGHEST_FEE_TIER).default(0),
  /** Instead of the level's; negative is a rebate. */
  makerFeeBps: feeBps.optional(),
  takerFeeBps: feeBps.optional(),
});
export type AccountSettings = z.output<typeof account>;

const limits = z.object({
  weightPerMinute: z.int().min(1).default(2_400),
  ordersPer10s: z.int().min(1).default(300),
  ordersPerMinute: z.int().min(1).default(1_200),
  /** Refusals for weight within a minute after which the caller is banned. */
  refusalsBeforeBan: z.int().min(1).default(100),
  banS: z.int().min(1).max(259_200).default(120),
});

/**
 * A market that goes as fast as everybody settles it makes days of market time a minute; limits of
 * wall time do not fit it.
 */
const LOCKSTEP_LIMITS = {
  weightPerMinute: 10_000_000,
  ordersPer10s: 10_000_000,
  ordersPerMinute: 10_000_000,
};

const lockstep = z.object({
  /** No step is taken before this many symbols have joined. */
  expect: z.int().min(0).max(1_000).default(1),
  /** A joined symbol that is silent and has no open subscription drops out after this (wall). */
  dropOutMs: z.int().min(50).max(600_000).default(2_000),
});

/** The serialisable part of the options: what a command line or a configuration file can hold. */
export const venueSettings = z.object({
  host: z.string().default('127.0.0.1'),
  restPort: port.default(8010),
  adminPort: port.default(0),
  /** Bearer token of the admin port; a random one is made when absent. */
  adminToken: z.string().min(8).max(128).optional(),
  /** Market seconds per wall second until market time has caught up with wall time. */
  speed: z.number().positive().max(100_000).default(1),
  lockstep: lockstep.optional(),
  journalPath: z.string().min(1),
  /** A start applies about this many records again, or more where orders never paused. */
  recordsPerSnapshot: z.int().min(1).default(50_000),
  journalSync: z.enum(SYNC_POLICIES).default('never'),
  apiKeys: z.array(apiKey).default([]),
  accounts: z.array(account).default([]),
  /** A file with more keys and accounts, read again when a key is not known. */
  keysPath: z.string().min(1).optional(),
  limits: limits.prefault({}),
  /** Hours between funding settlements, by symbol; 8 where a symbol is not named. */
  fundingIntervalH: z
    .record(z.string(), z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]))
    .default({}),
  /** Wall time that a listen key lives without a PUT. */
  listenKeyTtlMs: z.int().min(100).default(3_600_000),
  /** Wall time after which a WebSocket connection is closed. */
  socketLifetimeMs: z.int().min(50).max(86_400_000).default(86_400_000),
  /** Whether the end of a countdown cancels conditional orders too; Binance does not say. */
  countdownCancelsConditional: z.boolean().default(false),
});

export type VenueSettings = z.output<typeof venueSettings>;
export type VenueSettingsInput = z.input<typeof venueSettings>;

/** Parses settings; throws an Error that names each bad field, its value's problem and its range. */
export function parseVenueSettings(input: VenueSettingsInput): VenueSettings {
  const isFree = input.lockstep !== undefined && input.limits === undefined;
  const parsed = venueSettings.safeParse(isFree ? { ...input, limits: LOCKSTEP_LIMITS } : input);
  if (parsed.success) return checkReferences(parsed.data);
  throw new Error(`venue options are not valid:\n${z.prettifyError(parsed.error)}`);
}

function checkReferences(settings: VenueSettings): VenueSettings {
  const known = new Set(settings.accounts.map((entry) => entry.id));
  for (const key of settings.apiKeys) {
    if (!known.has(key.account)) {
      throw new Error(
        `venue options are not valid: apiKeys.account is ${key.account}, allowed: ${[...known].join(', ')}`,
      );
    }
  }
  return settings;
}
