/** The one place where the file's snake_case becomes the code's camelCase. */

type CamelKey<K> = K extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelKey<Tail> & string>}`
  : K;

export type CamelCased<T> = T extends readonly (infer Item)[]
  ? readonly CamelCased<Item>[]
  : T extends object
    ? { readonly [K in keyof T as CamelKey<K>]: CamelCased<T[K]> }
    : T;

/** Renames every key of plain JSON; names in upper case (symbols) have no `_x` and stay. */
export function camelCased<T>(value: T): CamelCased<T> {
  return renamed(value) as CamelCased<T>;
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [camelKey(key), renamed(inner)]),
  );
}

const camelKey = (key: string): string =>
  key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
