/** The routes as data: paths, bodies and answers. `create-api.ts` gives each its handler. */
import { createRoute, z } from '@hono/zod-openapi';
import { PROBLEMS } from './problem-codes.ts';
import type { ProblemCode } from './problem-codes.ts';
import { problemSchema } from './problem.ts';
import {
  emergencyStopBody,
  levelBody,
  noQuery,
  recentTradesQuery,
  resumeBody,
  startBody,
  stopBody,
  symbolParams,
} from './requests.ts';
import {
  emergencyStopView,
  healthView,
  levelSetView,
  resumedView,
  startedView,
  statusView,
  stoppedView,
  symbolView,
  tradesView,
} from './status-schemas.ts';

const GROUP = '/api/v1/profit-scraping';
const tags = ['profit-scraping'];

const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});

const body = <T extends z.ZodType>(schema: T) => ({
  content: { 'application/json': { schema } },
});

const READ_PROBLEMS: readonly ProblemCode[] = ['HOST_NOT_ALLOWED', 'INVALID_REQUEST'];
const ACT_PROBLEMS: readonly ProblemCode[] = [
  ...READ_PROBLEMS,
  'ORIGIN_NOT_ALLOWED',
  'MALFORMED_JSON',
  'BODY_TOO_LARGE',
  'JSON_REQUIRED',
];

/** One entry for each status, naming the codes that it may carry. */
function problems(codes: readonly ProblemCode[]) {
  const byStatus: Record<number, ReturnType<typeof problemEntry>> = {};
  for (const code of [...codes, 'INTERNAL_ERROR' as const]) {
    const { status } = PROBLEMS[code];
    byStatus[status] = problemEntry(byStatus[status]?.description, code);
  }
  return byStatus;
}

const problemEntry = (before: string | undefined, code: ProblemCode) => ({
  description: before === undefined ? code : `${before}, ${code}`,
  content: { 'application/problem+json': { schema: problemSchema } },
});

export const startRoute = createRoute({
  method: 'post',
  path: `${GROUP}/start`,
  tags,
  summary: 'Start symbols',
  description: 'All or nothing: everything is checked before the first symbol is started.',
  request: { query: noQuery, body: body(startBody) },
  responses: {
    202: json('Started; the symbols reconcile with the venue first.', startedView),
    ...problems([
      ...ACT_PROBLEMS,
      'ALREADY_RUNNING',
      'USE_RESUME',
      'UNKNOWN_SYMBOL',
      'TOO_MANY_SYMBOLS',
      'FEATURE_NOT_AVAILABLE',
      'LATCH_UNREADABLE',
      'TEMPORAL_UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
    ]),
  },
});

export const stopRoute = createRoute({
  method: 'post',
  path: `${GROUP}/stop`,
  tags,
  summary: 'Stop symbols in good order',
  description: 'Entries are cancelled and the position is managed to flat, or closed at market.',
  request: { query: noQuery, body: body(stopBody) },
  responses: {
    202: json('Signalled; the workflows end when they are flat.', stoppedView),
    ...problems([...ACT_PROBLEMS, 'NOT_RUNNING', 'TEMPORAL_UNAVAILABLE']),
  },
});

export const emergencyStopRoute = createRoute({
  method: 'post',
  path: `${GROUP}/emergency-stop`,
  tags,
  summary: 'Halt now',
  description:
    'Sets the halt latch, signals every workflow and cancels our ordinary orders at the venue, ' +
    'all at once. Protective stops stay. Only resume clears it.',
  request: { query: noQuery, body: body(emergencyStopBody) },
  responses: {
    200: json(
      'Latched, and the venue confirms that none of our orders is open.',
      emergencyStopView,
    ),
    202: json('In force, but not confirmed in full yet: see the fields.', emergencyStopView),
    ...problems([...ACT_PROBLEMS, 'UNKNOWN_SYMBOL']),
  },
});

export const levelRoute = createRoute({
  method: 'post',
  path: `${GROUP}/level`,
  tags,
  summary: 'Pause, reduce, or end either',
  description:
    'PAUSE and REDUCING cancel entries and keep managing what is open, reduce-only; the workflows ' +
    'remember them, the halt latch does not. ACTIVE ends them and never a halt.',
  request: { query: noQuery, body: body(levelBody) },
  responses: {
    202: json('Signalled.', levelSetView),
    ...problems([
      ...ACT_PROBLEMS,
      'NOT_RUNNING',
      'HALT_STANDS',
      'LATCH_UNREADABLE',
      'TEMPORAL_UNAVAILABLE',
    ]),
  },
});

export const resumeRoute = createRoute({
  method: 'post',
  path: `${GROUP}/resume`,
  tags,
  summary: 'Clear a halt or a pause',
  description:
    'Clears the halts over the symbols by their ids and signals the workflows, which reconcile with ' +
    'the venue until that is clean. Where no halt stands it ends PAUSE and REDUCING, and resumes ' +
    'symbols that halted themselves.',
  request: { query: noQuery, body: body(resumeBody) },
  responses: {
    202: json('Cleared and signalled.', resumedView),
    ...problems([
      ...ACT_PROBLEMS,
      'NOT_RUNNING',
      'NOT_HALTED',
      'STOP_IN_PROGRESS',
      'HALT_CHANGED',
      'LATCH_UNREADABLE',
      'TEMPORAL_UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
    ]),
  },
});

export const statusRoute = createRoute({
  method: 'get',
  path: `${GROUP}/status`,
  tags,
  summary: 'What every symbol does, and why',
  request: { query: noQuery },
  responses: { 200: json('Null means: not known.', statusView), ...problems(READ_PROBLEMS) },
});

export const symbolStatusRoute = createRoute({
  method: 'get',
  path: `${GROUP}/symbols/{symbol}/status`,
  tags,
  summary: 'One symbol',
  request: { query: noQuery, params: symbolParams },
  responses: {
    200: json('Null means: not known.', symbolView),
    ...problems([...READ_PROBLEMS, 'SYMBOL_NOT_FOUND', 'DATABASE_UNAVAILABLE']),
  },
});

export const recentTradesRoute = createRoute({
  method: 'get',
  path: `${GROUP}/trades/recent`,
  tags,
  summary: 'Executions, newest first',
  request: { query: recentTradesQuery },
  responses: {
    200: json('Executions.', tradesView),
    ...problems([...READ_PROBLEMS, 'DATABASE_UNAVAILABLE']),
  },
});

export const tradingHealthRoute = createRoute({
  method: 'get',
  path: `${GROUP}/health`,
  tags,
  summary: 'Everything that trading needs',
  request: { query: noQuery },
  responses: {
    200: json('Healthy, or degraded: venue or latch do not answer.', healthView),
    503: json('PostgreSQL or Temporal do not answer.', healthView),
    ...problems(READ_PROBLEMS),
  },
});

export const rootHealthRoute = createRoute({
  method: 'get',
  path: '/health',
  tags: ['root'],
  summary: 'Whether PostgreSQL and Temporal answer',
  request: { query: noQuery },
  responses: {
    200: json('Healthy.', healthView),
    503: json('A part is down; see `down`.', healthView),
    ...problems(READ_PROBLEMS),
  },
});

export const openApiRoute = createRoute({
  method: 'get',
  path: '/api/v1/openapi.json',
  tags: ['root'],
  summary: 'This document',
  request: { query: noQuery },
  responses: {
    200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })),
    ...problems(READ_PROBLEMS),
  },
});

export const docsRoute = createRoute({
  method: 'get',
  path: '/docs',
  tags: ['root'],
  summary: 'The reference as a page',
  request: { query: noQuery },
  responses: {
    200: { description: 'HTML.', content: { 'text/html': { schema: z.string() } } },
    ...problems(READ_PROBLEMS),
  },
});
