/** Checks that an answer is what the request asked for; HTTP 200 alone says nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { OutcomeUnknown, VenueUnavailable, readError } from './errors.ts';

const RETRY_DELAY_MS = 100;

/**
 * The parsed answer of a read, asked once more when the venue could not be reached: an idle
 * connection may be closed just as a request is sent on it.
 */
export async function read<S extends z.ZodType>(
  schema: S,
  what: string,
  request: () => Promise<unknown>,
): Promise<z.output<S>> {
  try {
    return await readOnce(schema, what, request);
  } catch (error) {
    if (!(error instanceof VenueUnavailable)) throw error;
  }
  await delay(RETRY_DELAY_MS);
  return readOnce(schema, what, request);
}

async function readOnce<S extends z.ZodType>(
  schema: S,
  what: string,
  request: () => Promise<unknown>,
): Promise<z.output<S>> {
  try {
    return parse(schema, await request(), (problem) => new VenueUnavailable(`${what}: ${problem}`));
  } catch (error) {
    throw readError(error);
  }
}

/** The parsed answer of a write; OutcomeUnknown when it is something else: it may have worked. */
export const parseWrite = <S extends z.ZodType>(
  schema: S,
  reply: unknown,
  what: string,
): z.output<S> => parse(schema, reply, (problem) => new OutcomeUnknown(`${what}: ${problem}`));

function parse<S extends z.ZodType>(
  schema: S,
  reply: unknown,
  toError: (problem: string) => Error,
): z.output<S> {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.') || 'answer';
  throw toError(`the venue's answer cannot be read (${path}: ${issue?.message ?? 'invalid'})`);
}
