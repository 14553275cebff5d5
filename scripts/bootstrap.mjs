/**
 * The entry of every npm script: makes sure that dependencies, Node and Temporal are there, says what
 * it does, and hands over. Uses Node's standard library only and runs on Node 20 and later.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStaticChecks, runTests } from './bootstrap/checks.mjs';
import { ensureDependencies } from './bootstrap/dependencies.mjs';
import { environmentFor, findNode } from './bootstrap/node-runtime.mjs';
import { runInForeground, Unmet } from './bootstrap/run-command.mjs';
import { ensureTemporal } from './bootstrap/temporal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command = 'start', ...rest] = process.argv.slice(2);
const args = command === 'start' ? ['up', ...rest] : rest;

const commands = { start: runCli, cli: runCli, test, verify };

/** Temporal is begun before the dependencies: when it has to be built, that is the longest part. */
async function prepare({ needsTemporal }) {
  const temporal = needsTemporal ? ensureTemporal(root) : Promise.resolve(undefined);
  // Awaited later; until then a failure must not end the process in the middle of npm ci.
  temporal.catch(() => {});
  await ensureDependencies(root);
  const node = findNode(root);
  return {
    node,
    environment: async () => {
      const binary = await temporal;
      const extra = binary === undefined ? {} : { TIDEGATE_TEMPORAL_BINARY: binary };
      return environmentFor(root, node, extra);
    },
  };
}

async function runCli() {
  const hasServer = process.env.TEMPORAL_ADDRESS || process.env.TIDEGATE__TEMPORAL__ADDRESS;
  const { node, environment } = await prepare({ needsTemporal: args[0] === 'up' && !hasServer });
  const env = await environment();
  return runInForeground(node, [join(root, 'cli', 'main.ts'), ...args], { env });
}

async function test() {
  const { environment } = await prepare({ needsTemporal: true });
  return runTests(root, await environment(), args);
}

async function verify() {
  const { node, environment } = await prepare({ needsTemporal: true });
  const failed = await runStaticChecks(root, environmentFor(root, node));
  return runTests(root, await environment(), args, failed);
}

try {
  const run = commands[command];
  if (run === undefined) {
    throw new Unmet(`unknown command "${command}"; known: ${Object.keys(commands).join(', ')}`);
  }
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof Unmet)) throw error;
  process.stderr.write(`tidegate: ${error.message}\n`);
  process.exitCode = 1;
}
