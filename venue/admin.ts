/** The admin port: market state, lockstep and faults, behind a bearer token, on loopback. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { faultInput } from './faults/fault-input.ts';
import type { Faults } from './faults/faults.ts';
import { incidentInput } from './faults/incidents.ts';
import type { Incidents } from './faults/incidents.ts';
import { faultScript } from './faults/script.ts';
import type { ScriptRunner } from './faults/script.ts';
import { ackInput, joinInput } from './market/lockstep.ts';
import type { Lockstep } from './market/lockstep.ts';
import { readBody } from './rest/http-handler.ts';
import { messageText, parseJson } from './message-text.ts';

export type AdminParts = {
  readonly token: string;
  readonly faults: Faults;
  readonly incidents: Incidents;
  readonly script: ScriptRunner;
  /** Absent when the market runs by itself. */
  readonly lockstep: Lockstep | undefined;
  readonly state: () => Record<string, unknown>;
};

type Reply = { readonly status: number; readonly body: unknown };
const ok = (body: unknown): Reply => ({ status: 200, body });

/** A handler for `http.createServer`. */
export function adminHandler(
  parts: AdminParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(parts, request)
      .catch((): Reply => ({ status: 500, body: { error: 'internal error' } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  };
}

async function answer(parts: AdminParts, request: IncomingMessage): Promise<Reply> {
  if (!isAuthorised(parts.token, request)) return { status: 401, body: { error: 'unauthorised' } };
  const body = parseJson((await readBody(request)) ?? '');
  try {
    return route(parts, request, body);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { status: 400, body: { error: z.prettifyError(error) } };
  }
}

/** The token comes as `Authorization: Bearer …`, or as `?token=` where headers cannot be set. */
export function isAuthorised(token: string, request: IncomingMessage): boolean {
  const { searchParams } = new URL(request.url ?? '/', 'http://venue');
  const header = request.headers.authorization?.replace(/^Bearer /, '');
  const given = Buffer.from(header ?? searchParams.get('token') ?? '');
  const expected = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function route(parts: AdminParts, request: IncomingMessage, body: unknown): Reply {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://venue');
  switch (`${request.method} ${pathname}`) {
    case 'GET /state':
      return ok(parts.state());
    case 'GET /faults':
      return ok(parts.faults.list());
    case 'POST /faults':
      return ok(parts.faults.add(faultInput.parse(body)));
    case 'POST /actions':
      return ok(parts.incidents.cause(incidentInput.parse(body)));
    case 'GET /injections':
      return ok(
        parts.faults.injectedAfter(z.coerce.number().int().parse(searchParams.get('after'))),
      );
    case 'POST /script':
      parts.script.run(faultScript.parse(body));
      return ok(parts.script.state());
    case 'GET /script':
      return ok(parts.script.state());
    case 'DELETE /faults':
      return clearFaults(parts.faults, searchParams.get('id'));
    default:
      return routeLockstep(parts.lockstep, request.method, pathname, body);
  }
}

function clearFaults(faults: Faults, id: string | null): Reply {
  faults.clear(id === null ? undefined : z.coerce.number().int().parse(id));
  return ok({});
}

function routeLockstep(
  lockstep: Lockstep | undefined,
  method: string | undefined,
  path: string,
  body: unknown,
): Reply {
  const known = /^\/lockstep\/(join|ack|leave|state)$/.exec(path)?.[1];
  if (known === undefined || (known === 'state') !== (method === 'GET')) {
    return { status: 404, body: { error: `no ${method} ${path}` } };
  }
  if (lockstep === undefined) return { status: 409, body: { error: 'lockstep is off' } };
  return ok(lockstepAnswer(lockstep, known, body));
}

function lockstepAnswer(lockstep: Lockstep, operation: string, body: unknown): unknown {
  if (operation === 'join') return lockstep.join(joinInput.parse(body).symbol);
  if (operation === 'ack') return lockstep.ack(ackInput.parse(body));
  if (operation === 'leave') lockstep.leave(joinInput.parse(body).symbol);
  return lockstep.state();
}

const socketRequest = z.object({
  op: z.enum(['join', 'ack', 'leave', 'state']),
  id: z.unknown().optional(),
});

/**
 * A socket at `/lockstep` takes the same operations as messages `{op, id?, …}` and answers
 * `{id, …}`. When it closes, the symbols that joined through it leave.
 */
export function acceptLockstepSocket(lockstep: Lockstep, socket: WebSocket): void {
  const joined = new Set<string>();
  socket.on('message', (data) => {
    const message = parseJson(messageText(data));
    socket.send(JSON.stringify(socketAnswer(lockstep, message, joined)));
  });
  socket.on('close', () => {
    for (const symbol of joined) lockstep.leave(symbol);
  });
  socket.on('error', () => socket.terminate());
}

function socketAnswer(lockstep: Lockstep, message: unknown, joined: Set<string>): unknown {
  const parsed = socketRequest.safeParse(message);
  if (!parsed.success) return { error: z.prettifyError(parsed.error) };
  const { op, id } = parsed.data;
  try {
    const reply = lockstepAnswer(lockstep, op, message);
    if (op === 'join') joined.add(joinInput.parse(message).symbol);
    if (op === 'leave') joined.delete(joinInput.parse(message).symbol);
    return { id, ...(reply as object) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { id, error: z.prettifyError(error) };
  }
}
