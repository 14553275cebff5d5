/** The refusals of the paper venue, in Binance's shape: HTTP status, code and text. */

/** Thrown by request handling; becomes `{"code": …, "msg": …}` with the given HTTP status. */
export class VenueError extends Error {
  readonly code: number;
  readonly httpStatus: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: number, message: string, httpStatus = 400, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const unknownError = (): VenueError =>
  new VenueError(-1000, 'An unknown error occurred while processing the request.', 500);

export const UNKNOWN_EXECUTION = 'Unknown error, please check your request or try again later.';
export const SERVICE_UNAVAILABLE = 'Service Unavailable.';

/** It may have been done. */
export const executionUnknown = (): VenueError => new VenueError(0, UNKNOWN_EXECUTION, 503);
/** It was not done. */
export const serviceUnavailable = (): VenueError => new VenueError(0, SERVICE_UNAVAILABLE, 503);

export const tooManyRequests = (text: string, retryAfterSeconds: number): VenueError =>
  new VenueError(-1003, text, 429, retryAfterSeconds);

export const banned = (until: number, retryAfterSeconds: number): VenueError =>
  new VenueError(
    -1003,
    `Way too many requests; IP(127.0.0.1) banned until ${until}. Please use the websocket for live updates to avoid bans.`,
    418,
    retryAfterSeconds,
  );

export const tooManyOrders = (limit: number, window: string, retryAfterS: number): VenueError =>
  new VenueError(
    -1015,
    `Too many new orders; current limit is ${limit} orders per ${window}.`,
    429,
    retryAfterS,
  );

export const outsideRecvWindow = (): VenueError =>
  new VenueError(-1021, 'Timestamp for this request is outside of the recvWindow.');

export const aheadOfServerTime = (): VenueError =>
  new VenueError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");

export const badSignature = (): VenueError =>
  new VenueError(-1022, 'Signature for this request is not valid.');

export const badApiKeyFormat = (): VenueError =>
  new VenueError(-2014, 'API-key format invalid.', 401);

export const rejectedApiKey = (): VenueError =>
  new VenueError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);

export const missingParameter = (name: string): VenueError =>
  new VenueError(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );

export const illegalParameter = (name: string): VenueError =>
  new VenueError(-1100, `Illegal characters found in parameter '${name}'.`);

export const malformedParameter = (name: string): VenueError =>
  new VenueError(-1130, `Data sent for parameter '${name}' is not valid.`);

export const unknownSymbol = (): VenueError => new VenueError(-1121, 'Invalid symbol.');

export const orderDoesNotExist = (): VenueError => new VenueError(-2013, 'Order does not exist.');

export const unknownOrder = (): VenueError => new VenueError(-2011, 'Unknown order sent.');
