/**
 * The three errors of a venue, and how a failed order request is judged: by the venue's own table,
 * Binance USD-M's unless another is named.
 */
import { BINANCE_USDM } from './venues/binance-usdm.ts';
import type { ErrorTable } from './venue-table.ts';

/** The venue could not be asked, or its answer could not be read. Nothing was changed by us. */
export class VenueUnavailable extends Error {
  override readonly name = 'VenueUnavailable';
}

/** The venue said no. `code` is the venue's own, e.g. `-2019`; `LOCAL` before anything was sent. */
export class VenueRejected extends Error {
  override readonly name = 'VenueRejected';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A request that changes something was sent and may have been obeyed. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** What a failed attempt to place, cancel or set something means. */
export type Failure =
  /** The venue refused: the order does not exist. */
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  /** An earlier attempt with this client id lives: fetch it. */
  | { readonly kind: 'duplicate'; readonly code: string; readonly message: string }
  /** Everything else: the order may live. */
  | { readonly kind: 'unknown'; readonly code: string | null; readonly message: string };

/**
 * ccxt classes that stand for a refusal where no code is in the message: ccxt's own checks before
 * sending, texts that it matches first, and HTTP 401, 418 and 429 with an empty body.
 */
const REFUSAL_CLASSES = new Set([
  'AuthenticationError',
  'PermissionDenied',
  'AccountNotEnabled',
  'AccountSuspended',
  'InsufficientFunds',
  'InvalidOrder',
  'OrderNotFound',
  'OrderImmediatelyFillable',
  'OrderNotFillable',
  'ContractUnavailable',
  'BadRequest',
  'BadSymbol',
  'NotSupported',
  'ArgumentsRequired',
  'OperationRejected',
  'NoChange',
  'MarginModeAlreadySet',
  'MarketClosed',
  'InvalidNonce',
  'DDoSProtection',
  'RateLimitExceeded',
]);

/** An order with the id lives, where ccxt knows it by the text alone. */
const DUPLICATE_TEXT = /duplicate order sent|duplicated/i;

const USDM: ErrorTable = BINANCE_USDM.errors;

/**
 * Judges an exception of a request that changes something. The venue's code decides; ccxt's class
 * only where there is none, because the class depends on the host name and differs by market.
 */
export function classifyFailure(error: unknown, table = USDM): Failure {
  const { code, message } = describe(error);
  if (code !== null) return classifyCode(code, message, table);
  const name = error instanceof Error ? error.constructor.name : '';
  if (name === 'DuplicateOrderId' || (REFUSAL_CLASSES.has(name) && DUPLICATE_TEXT.test(message)))
    return { kind: 'duplicate', code: 'LOCAL', message };
  if (REFUSAL_CLASSES.has(name)) return { kind: 'rejected', code: 'LOCAL', message };
  return { kind: 'unknown', code: null, message };
}

/** Judges a code of the venue, e.g. of one entry of a batch. */
export function classifyCode(code: string, message: string, table = USDM): Failure {
  const isDuplicate = table.duplicate.some(
    (row) => row.code === code && (row.text?.test(message) ?? true),
  );
  if (isDuplicate) return { kind: 'duplicate', code, message };
  const value = Number(code);
  const isRefused = table.rejected.some(([from, to]) => value <= from && value >= to);
  if (isRefused && !table.ambiguous.includes(code)) return { kind: 'rejected', code, message };
  return { kind: 'unknown', code, message };
}

/** The error for callers that only read: refusals stay refusals, everything else is unavailable. */
export function readError(error: unknown, table = USDM): VenueUnavailable | VenueRejected {
  if (error instanceof VenueUnavailable || error instanceof VenueRejected) return error;
  const failure = classifyFailure(error, table);
  if (failure.kind === 'rejected' && !table.transient.includes(failure.code))
    return new VenueRejected(failure.code, failure.message);
  return new VenueUnavailable(failure.message);
}

/** The error for callers that change something. */
export function writeError(error: unknown, table = USDM): VenueRejected | OutcomeUnknown {
  if (error instanceof VenueRejected || error instanceof OutcomeUnknown) return error;
  const failure = classifyFailure(error, table);
  return failure.kind === 'unknown'
    ? new OutcomeUnknown(failure.message)
    : new VenueRejected(failure.code, failure.message);
}

const CODE = /"code"\s*:\s*"?(-?\d{1,6})"?/;
const TEXT = /"msg"\s*:\s*"((?:[^"\\]|\\.)*)"/;
const MESSAGE_LENGTH_MAX = 300;

/** The venue's code and text, if the message carries them; never a query, header or signature. */
function describe(error: unknown): { code: string | null; message: string } {
  const raw = error instanceof Error ? error.message : String(error);
  const code = CODE.exec(raw)?.[1] ?? null;
  const text = TEXT.exec(raw)?.[1] ?? raw;
  return { code: code === '200' || code === '0' ? null : code, message: sanitise(text) };
}

/** Removes what could hold a key or a signature, and cuts to a length that fits a log line. */
export function sanitise(text: string): string {
  return text
    .replaceAll(/\b((?:https?|wss?):\/\/[^\s?#]+)[?#]\S*/g, '$1')
    .replaceAll(
      /\b(signature|timestamp|apiKey|listenKey|X-MBX-APIKEY)\b["']?\s*[=:]\s*\S+/gi,
      '$1 …',
    )
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, MESSAGE_LENGTH_MAX);
}
