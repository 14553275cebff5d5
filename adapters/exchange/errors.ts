/** The three errors of a venue, and how a failed order request is judged. */

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

/** Duplicate client ids: USD-M order, conditional order; spot is known by its text. */
const DUPLICATE_CODES = new Set(['-4116', '-20132']);
const DUPLICATE_TEXT = /duplicate order sent|duplicated/i;

/** Of the server errors (-10xx) only these say that the request was not carried out. */
const DEFINITE_SERVER_CODES = new Set([
  '-1002',
  '-1003',
  '-1011',
  '-1013',
  '-1014',
  '-1015',
  '-1016',
  '-1020',
  '-1021',
  '-1022',
  '-1023',
]);

/** A batch that failed as a whole (-4083) does not say which of its orders live. */
const AMBIGUOUS_CODES = new Set(['-4083']);

/** Failures that pass: too many requests, or a clock that ran away. */
const TRANSIENT_CODES = new Set(['-1003', '-1015', '-1021', '-5028']);

const isTransientCode = (code: string): boolean => TRANSIENT_CODES.has(code);

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

/**
 * Judges an exception of a request that changes something. The venue's code decides; ccxt's class
 * only where there is none, because the class depends on the host name and differs by market.
 */
export function classifyFailure(error: unknown): Failure {
  const { code, message } = describe(error);
  if (code !== null) return classifyCode(code, message);
  const name = error instanceof Error ? error.constructor.name : '';
  if (name === 'DuplicateOrderId' || (REFUSAL_CLASSES.has(name) && DUPLICATE_TEXT.test(message)))
    return { kind: 'duplicate', code: 'LOCAL', message };
  if (REFUSAL_CLASSES.has(name)) return { kind: 'rejected', code: 'LOCAL', message };
  return { kind: 'unknown', code: null, message };
}

/** Judges a code of the venue, e.g. of one entry of a batch. */
export function classifyCode(code: string, message: string): Failure {
  const value = Number(code);
  if (DUPLICATE_CODES.has(code) || (code === '-2010' && DUPLICATE_TEXT.test(message)))
    return { kind: 'duplicate', code, message };
  const definite = DEFINITE_SERVER_CODES.has(code) || (value <= -1_100 && Number.isInteger(value));
  if (definite && !AMBIGUOUS_CODES.has(code)) return { kind: 'rejected', code, message };
  return { kind: 'unknown', code, message };
}

/** The error for callers that only read: refusals stay refusals, everything else is unavailable. */
export function readError(error: unknown): VenueUnavailable | VenueRejected {
  if (error instanceof VenueUnavailable || error instanceof VenueRejected) return error;
  const failure = classifyFailure(error);
  if (failure.kind === 'rejected' && !isTransientCode(failure.code))
    return new VenueRejected(failure.code, failure.message);
  return new VenueUnavailable(failure.message);
}

/** The error for callers that change something. */
export function writeError(error: unknown): VenueRejected | OutcomeUnknown {
  if (error instanceof VenueRejected || error instanceof OutcomeUnknown) return error;
  const failure = classifyFailure(error);
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
