/** Dotted paths into plain JSON and into the schema. */
import { z } from 'zod';
import { metaOf } from './settings.ts';
import type { SettingMeta } from './settings.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isSection = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every leaf below, with its dotted path; a list is a leaf, and so is an empty section. */
export function* leavesOf(value: unknown, path = ''): Generator<readonly [string, unknown]> {
  if (!isSection(value) || Object.keys(value).length === 0) yield [path, value];
  else {
    for (const [key, inner] of Object.entries(value)) {
      yield* leavesOf(inner, path === '' ? key : `${path}.${key}`);
    }
  }
}

/** A section with one leaf: `nested('a.b', 1)` is `{ a: { b: 1 } }`. */
export const nested = (path: string, value: unknown): Json =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Json;

/** The later section wins, leaf by leaf. */
export function merged(base: Json, over: Json): Json {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isSection(below) && isSection(value) ? merged(below, value) : value;
  }
  return result;
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodExactOptional
  ) {
    inner = inner.unwrap();
  }
  return inner;
}

/** The schema at a path, without its default; undefined where the path leads nowhere. */
function schemaAt(schema: z.ZodType, keys: readonly PropertyKey[]): z.ZodType | undefined {
  let inner = unwrapped(schema);
  for (const key of keys) {
    if (inner instanceof z.ZodObject) inner = unwrapped(inner.shape[key as string]);
    else if (inner instanceof z.ZodRecord) inner = unwrapped(inner.valueType);
    else return undefined;
  }
  return inner instanceof z.ZodType ? inner : undefined;
}

/** The keys that a section knows. */
export function keysAt(schema: z.ZodType, keys: readonly PropertyKey[]): readonly string[] {
  const inner = schemaAt(schema, keys);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

export function metaAt(schema: z.ZodType, keys: readonly PropertyKey[]): SettingMeta | undefined {
  const inner = schemaAt(schema, keys);
  return inner === undefined ? undefined : metaOf(inner);
}
