/** Who sent a request, and whether it is signed and in time. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  aheadOfServerTime,
  badApiKeyFormat,
  badSignature,
  malformedParameter,
  missingParameter,
  outsideRecvWindow,
  rejectedApiKey,
} from './errors.ts';
import type { Parameters } from './parameters.ts';

export type Credential = {
  readonly apiKey: string;
  readonly secret: string;
  readonly account: string;
};

const DEFAULT_RECV_WINDOW_MS = 5_000;
const MAX_RECV_WINDOW_MS = 60_000;
const ALLOWED_LEAD_MS = 1_000;

/** The credential of the key header; -2014 without one, -2015 for an unknown one. */
export function credentialOf(
  header: string | undefined,
  credentials: { find(apiKey: string): Credential | undefined },
): Credential {
  if (header === undefined || header === '') throw badApiKeyFormat();
  const found = credentials.find(header);
  if (found === undefined) throw rejectedApiKey();
  return found;
}

/**
 * Checks HMAC-SHA256 over the exact bytes that came before the signature (query, then body).
 * Throws -1102 without a signature, -1022 with a wrong one.
 */
export function checkSignature(secret: string, query: string, body: string): void {
  const inBody = splitSignature(body);
  const inQuery = splitSignature(query);
  const signature = inBody?.signature ?? inQuery?.signature;
  if (signature === undefined) {
    throw isSomewhere(query) || isSomewhere(body) ? badSignature() : missingParameter('signature');
  }
  const payload = inBody === undefined ? (inQuery?.payload ?? '') + body : query + inBody.payload;
  const expected = createHmac('sha256', secret).update(payload).digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw badSignature();
}

/** A signature that is not last is none. */
const isSomewhere = (text: string): boolean => /(^|&)signature=/.test(text);

function splitSignature(text: string): { payload: string; signature: string } | undefined {
  const match = /(^|&)signature=([^&]*)$/.exec(text);
  if (match === null) return undefined;
  return { payload: text.slice(0, match.index), signature: match[2] ?? '' };
}

/** Checks `timestamp` and `recvWindow` against the wall time of arrival; throws -1021. */
export function checkTimestamp(parameters: Parameters, wallTimeMs: number): void {
  const timestamp = parameters.integer('timestamp');
  if (timestamp === undefined) throw missingParameter('timestamp');
  const recvWindowMs = parameters.integer('recvWindow') ?? DEFAULT_RECV_WINDOW_MS;
  if (recvWindowMs > MAX_RECV_WINDOW_MS) throw malformedParameter('recvWindow');
  if (timestamp > wallTimeMs + ALLOWED_LEAD_MS) throw aheadOfServerTime();
  if (wallTimeMs - timestamp > recvWindowMs) throw outsideRecvWindow();
}
