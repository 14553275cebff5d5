/** What can be said of `docker-compose.yml` without Docker: its references hold, and nothing is published widely. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const read = (path: string): unknown =>
  parse(readFileSync(join(root, path), 'utf8'), { merge: true });

const service = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
});
const compose = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});
const { services, volumes } = compose.parse(read('docker-compose.yml'));

test.each(Object.entries(services))('%s refers only to what exists', (_, declared) => {
  expect(declared.image).toMatch(/^[\w./-]+:\d+\.\d+[\w.-]*$/);
  const sources = declared.volumes.map((mount) => mount.split(':')[0] ?? '');
  const folders = sources.filter((source) => source.startsWith('./'));
  const named = sources.filter((source) => !source.startsWith('./'));
  const files = declared.build === undefined ? folders : [...folders, 'Dockerfile'];
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  expect(named.filter((name) => !(name in volumes))).toEqual([]);
  expect(Object.keys(declared.depends_on).filter((name) => !(name in services))).toEqual([]);
});

test('every port is published on loopback only', () => {
  for (const port of Object.values(services).flatMap(({ ports }) => ports)) {
    expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});

test('worker and API see the venue on their own loopback', () => {
  for (const name of ['worker', 'api']) {
    expect(services[name]?.network_mode).toBe('service:venue');
  }
});

test('each role is a command of tidegate', () => {
  const main = readFileSync(join(root, 'cli/main.ts'), 'utf8');
  const roles = Object.values(services).flatMap(({ build, command }) => (build ? command : []));
  expect(roles.sort()).toEqual(['api', 'migrate', 'venue', 'worker']);
  for (const role of roles) expect(main).toContain(`\n  ${role}: `);
});

test('the poll limits are those of the embedded server', () => {
  const limits = z
    .record(z.string(), z.array(z.object({ value: z.union([z.number(), z.boolean()]) })))
    .parse(read('scripts/docker/temporal-dynamic-config.yaml'));
  const embedded = readFileSync(join(root, 'cli/up/temporal.ts'), 'utf8');
  for (const [key, [limit]] of Object.entries(limits)) {
    const value = String(limit?.value).replace(/(\d)(\d{3})$/, '$1_$2');
    expect(embedded).toContain(`'${key}': ${value}`);
  }
  expect(Object.keys(limits)).toHaveLength(4);
});
