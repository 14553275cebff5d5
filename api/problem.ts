/** Problem details (RFC 9457): the one form of every answer that is not a success. */
import { z } from '@hono/zod-openapi';
import { PROBLEM_CODES, PROBLEMS } from './problem-codes.ts';
import type { ProblemCode } from './problem-codes.ts';

const fieldErrorSchema = z
  .strictObject({
    field: z.string().openapi({ description: 'Dotted path in the body, query or path.' }),
    value: z.string().openapi({ description: 'What was sent, as JSON, shortened.' }),
    allowed: z.string().openapi({ description: 'What would be accepted.' }),
  })
  .openapi('FieldError');
export type FieldError = z.infer<typeof fieldErrorSchema>;

export const problemSchema = z
  .strictObject({
    type: z.string().openapi({ example: '/docs#NOT_RUNNING' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(PROBLEM_CODES),
    detail: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
    symbols: z.array(z.string()).optional().openapi({ description: 'The symbols in question.' }),
    done: z
      .array(z.string())
      .optional()
      .openapi({ description: 'Symbols for which it was done before the failure.' }),
  })
  .openapi('Problem');
type ProblemBody = z.infer<typeof problemSchema>;

export type Problem = {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly symbols?: readonly string[];
  readonly done?: readonly string[];
};

/** Done, or refused with a problem: what every command of the API returns. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly problem: Problem };

export const done = <T>(value: T): Outcome<T> => ({ kind: 'done', value });
export const refused = (problem: Problem): Outcome<never> => ({ kind: 'refused', problem });

export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  const { status, title } = PROBLEMS[problem.code];
  const { code, detail, errors, symbols, done } = problem;
  const body: ProblemBody = {
    type: `/docs#${code}`,
    title,
    status,
    code,
    detail,
    ...(errors && { errors: [...errors] }),
    ...(symbols && { symbols: [...symbols] }),
    ...(done && { done: [...done] }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  });
}

/** The problem for fields of a body, a query or a path that the schema refused. */
export function invalidRequest(errors: readonly FieldError[]): Problem {
  const detail = errors
    .map(({ field, value, allowed }) => `${field} is ${value}; allowed: ${allowed}`)
    .join('. ');
  return { code: 'INVALID_REQUEST', detail, errors };
}
