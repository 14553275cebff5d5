/** Histories and carries of real runs, stored beside the tests that replay them. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const FOLDERS = {
  histories: join(import.meta.dirname, 'histories'),
  carries: join(import.meta.dirname, 'carries'),
} as const;
type Kind = keyof typeof FOLDERS;

const ENDING = '.json.gz';

export const storedNames = (kind: Kind): readonly string[] =>
  existsSync(FOLDERS[kind])
    ? readdirSync(FOLDERS[kind])
        .filter((file) => file.endsWith(ENDING))
        .map((file) => file.slice(0, -ENDING.length))
    : [];

export const readStored = (kind: Kind, name: string): unknown =>
  JSON.parse(gunzipSync(readFileSync(join(FOLDERS[kind], `${name}${ENDING}`))).toString('utf8'));

/** Answers the bytes that it takes. */
export function store(kind: Kind, name: string, value: unknown): number {
  mkdirSync(FOLDERS[kind], { recursive: true });
  const bytes = gzipSync(JSON.stringify(value), { level: 9 });
  writeFileSync(join(FOLDERS[kind], `${name}${ENDING}`), bytes);
  return bytes.length;
}
