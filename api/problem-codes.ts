/** Every problem that the API answers, as one closed union. `docs/API.md` and `/docs` list them. */

export const PROBLEMS = {
  MALFORMED_JSON: { status: 400, title: 'The body is not JSON, or nests deeper than 16 levels.' },
  HOST_NOT_ALLOWED: { status: 403, title: 'The Host header does not name this machine.' },
  ORIGIN_NOT_ALLOWED: { status: 403, title: 'A page of another origin may not act here.' },
  NOT_FOUND: { status: 404, title: 'There is no such page.' },
  SYMBOL_NOT_FOUND: { status: 404, title: 'The symbol has never traded here.' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The page does not answer this method; see Allow.' },
  ALREADY_RUNNING: { status: 409, title: 'A named symbol runs already; nothing was started.' },
  USE_RESUME: { status: 409, title: 'Halted: use resume, not start. Nothing was started.' },
  NOT_RUNNING: { status: 409, title: 'A named symbol does not run; nothing was signalled.' },
  NOT_HALTED: { status: 409, title: 'Nothing is halted or paused: nothing to resume.' },
  HALT_STANDS: { status: 409, title: 'A halt stands; only resume leads out of it.' },
  STOP_IN_PROGRESS: { status: 409, title: 'An emergency stop is still at work.' },
  HALT_CHANGED: { status: 409, title: 'Another halt was set meanwhile; it was not cleared.' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is larger than 64 KB.' },
  JSON_REQUIRED: { status: 415, title: 'POST needs the header Content-Type: application/json.' },
  INVALID_REQUEST: { status: 422, title: 'A field is unknown or out of its range.' },
  UNKNOWN_SYMBOL: { status: 422, title: 'A named symbol may not be traded here.' },
  TOO_MANY_SYMBOLS: { status: 422, title: 'More symbols than max_symbols allows.' },
  FEATURE_NOT_AVAILABLE: { status: 422, title: 'The feature does not exist yet.' },
  INTERNAL_ERROR: { status: 500, title: 'A bug; the log of the API has the details.' },
  TEMPORAL_UNAVAILABLE: { status: 503, title: 'Temporal does not answer.' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'PostgreSQL does not answer.' },
  LATCH_UNREADABLE: { status: 503, title: 'The halt latch cannot be read, which counts as set.' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];
