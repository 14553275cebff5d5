/** Requests as a well-behaved client sends them, for tests. */
import type { OpenAPIHono } from '@hono/zod-openapi';

const GROUP = '/api/v1/profit-scraping';

export const get = (app: OpenAPIHono, path: string): Promise<Response> =>
  Promise.resolve(app.request(`${GROUP}/${path}`));

export const post = (app: OpenAPIHono, path: string, body?: unknown): Promise<Response> =>
  Promise.resolve(
    app.request(`${GROUP}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );

export const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;
