import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { json } from './api-request.ts';
import { createApi } from './create-api.ts';
import { aWorld, fakeDeps } from './fake-ports.ts';
import { PROBLEM_CODES, PROBLEMS } from './problem-codes.ts';

type Operation = { responses: Record<string, unknown>; requestBody?: unknown };
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

const ROUTES = [
  'GET /api/v1/openapi.json',
  'GET /api/v1/profit-scraping/health',
  'GET /api/v1/profit-scraping/status',
  'GET /api/v1/profit-scraping/symbols/{symbol}/status',
  'GET /api/v1/profit-scraping/trades/recent',
  'GET /docs',
  'GET /health',
  'POST /api/v1/profit-scraping/emergency-stop',
  'POST /api/v1/profit-scraping/level',
  'POST /api/v1/profit-scraping/resume',
  'POST /api/v1/profit-scraping/start',
  'POST /api/v1/profit-scraping/stop',
];

const documentOf = async (app: ReturnType<typeof createApi>) =>
  (await json(await app.request('/api/v1/openapi.json'))) as Document;

const app = createApi(fakeDeps(aWorld()));

describe('the OpenAPI document', () => {
  test('names exactly the routes that are registered', async () => {
    const { paths } = await documentOf(app);
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(documented.toSorted()).toEqual(ROUTES);
    expect([...new Set(registered)].toSorted()).toEqual(ROUTES);
  });

  test('declares for each operation what it may answer, problems as problem+json', async () => {
    const { openapi, paths } = await documentOf(app);
    expect(openapi).toBe('3.1.0');
    const start = paths['/api/v1/profit-scraping/start']!['post']!;
    expect(Object.keys(start.responses)).toEqual([
      '202',
      '400',
      '403',
      '409',
      '413',
      '415',
      '422',
      '500',
      '503',
    ]);
    expect(start.responses['409']).toEqual({
      description: 'ALREADY_RUNNING, USE_RESUME',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    });
  });

  test('refers only to schemas that it holds', async () => {
    const document = await documentOf(app);
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(document.components.schemas).toHaveProperty(name!);
  });
});

describe('the reference page', () => {
  test('shows every route and every problem code, and loads nothing', async () => {
    const response = await app.request('/docs');
    const html = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    for (const route of ROUTES) expect(html).toContain(`<code>${route.split(' ')[1]}</code>`);
    for (const code of PROBLEM_CODES) expect(html).toContain(`id="${code}"`);
    expect(html).not.toMatch(/<script|<link|<img|src=|https?:\/\//);
  });

  test('may show its own style and nothing else', async () => {
    const response = await app.request('/docs');
    const style = /<style>([^<]*)<\/style>/.exec(await response.text())?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });
});

describe('docs/API.md', () => {
  // Without the padding of the tables.
  const text = readFileSync(new URL('../docs/API.md', import.meta.url), 'utf8').replaceAll(
    / +/g,
    ' ',
  );

  test('lists every route', () => {
    for (const route of ROUTES) expect(text).toContain(`| \`${route}\` |`);
  });

  test('lists every problem and no other', () => {
    const rows = PROBLEM_CODES.map((code) => {
      const { status, title } = PROBLEMS[code];
      return `| ${status} | \`${code}\` | ${title} |`;
    });
    expect(text.split('\n').filter((line) => /^\| \d{3} \|/.test(line))).toEqual(rows);
  });
});
