/** The reference as one HTML page, made from the OpenAPI document: no script, nothing from a CDN. */
import { createHash } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { PROBLEM_CODES, PROBLEMS } from './problem-codes.ts';

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;
type PathItem = NonNullable<Document['paths']>[string];
type Operation = NonNullable<PathItem['get']>;

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; border-top: 1px solid; padding-top: 1rem; }
code, pre { font: 0.9em/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; }
.verb { font-weight: bold; text-transform: uppercase; }
`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');

export function docsPage(document: Document): { html: string; contentSecurityPolicy: string } {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((verb) => {
      const operation = item[verb];
      return operation === undefined ? [] : [operationSection(verb, path, operation)];
    }),
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => `<h3 id="schema-${escape(name)}">${escape(name)}</h3>${code(schema)}`,
  );
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(document.info.title)} API</title><style>${STYLE}</style></head>
<body><main>
<h1>${escape(document.info.title)} API</h1>
<p>${escape(document.info.description ?? '')} <a href="/api/v1/openapi.json">OpenAPI document</a></p>
${operations.join('\n')}
<h2>Problems</h2>
<p>Every answer that is not a success is <code>application/problem+json</code> with a code of this list.</p>
<table><tr><th>Status</th><th>Code</th><th>Meaning</th></tr>${problemRows()}</table>
<h2>Schemas</h2>
${schemas.join('\n')}
</main></body></html>
`;
  const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html, contentSecurityPolicy };
}

function operationSection(verb: 'get' | 'post', path: string, operation: Operation): string {
  const { summary = '', description = '', parameters, requestBody, responses } = operation;
  const answers = Object.entries(responses ?? {}).map(
    ([status, response]) =>
      `<tr><td>${escape(status)}</td><td>${escape(textOf(response))}</td></tr>`,
  );
  return `<section><h2><span class="verb">${verb}</span> <code>${escape(path)}</code></h2>
<p>${escape(`${summary}. ${description}`.trim())}</p>
${parameters === undefined ? '' : `<h3>Parameters</h3>${code(parameters)}`}
${requestBody === undefined ? '' : `<h3>Body</h3>${code(requestBody)}`}
<table><tr><th>Status</th><th>Answer</th></tr>${answers.join('')}</table></section>`;
}

const problemRows = (): string =>
  PROBLEM_CODES.map(
    (name) =>
      `<tr id="${name}"><td>${PROBLEMS[name].status}</td><td><code>${name}</code></td><td>${escape(PROBLEMS[name].title)}</td></tr>`,
  ).join('');

const textOf = (response: unknown): string =>
  typeof response === 'object' && response !== null && 'description' in response
    ? String(response.description)
    : '';

const code = (value: unknown): string => `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
