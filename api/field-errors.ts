/** zod's issues as field, value and allowed range, in words. */
import type { z } from '@hono/zod-openapi';
import type { FieldError } from './problem.ts';

type Issue = z.core.$ZodIssue;

const VALUE_LENGTH_MAX = 80;

/** One error for each issue; `input` is what was parsed. */
export const fieldErrors = (issues: readonly Issue[], input: unknown): FieldError[] =>
  issues.flatMap((issue) => errorsOf(issue, input));

function errorsOf(issue: Issue, input: unknown): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [errorAt(issue.path, input, allowedBy(issue))];
  return issue.keys.map((key) =>
    errorAt([...issue.path, key], input, 'no such field; see the reference at /docs'),
  );
}

function errorAt(path: readonly PropertyKey[], input: unknown, allowed: string): FieldError {
  const field = path.length === 0 ? 'body' : path.map(String).join('.');
  return { field: shortened(field), value: shown(valueAt(path, input)), allowed };
}

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const shown = (value: unknown): string =>
  value === undefined ? 'missing' : shortened(JSON.stringify(value));

const shortened = (text: string): string =>
  text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX)}…`;

function allowedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : `a value of type ${issue.expected}`;
    case 'too_small':
      return `at least ${issue.minimum} ${unitOf(issue.origin)}`.trim();
    case 'too_big':
      return `at most ${issue.maximum} ${unitOf(issue.origin)}`.trim();
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return 'characters';
  return origin === 'array' ? 'items' : '';
}
