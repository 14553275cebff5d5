/** `stop`, `pause` and `resume` act on orders; no process ends. */
import { HALT_LEVELS } from '../api/standing-halts.ts';
import { callApi } from './api-client.ts';
import type { ApiReply } from './api-client.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { apiOrigin } from './options.ts';
import type { Options } from './options.ts';
import { runningConfig } from './stop/running-config.ts';
import { exitCodeOf, outcomeLines, stopOutcome } from './stop/stop-outcome.ts';
import type { StopOutcome } from './stop/stop-outcome.ts';
import { levelOf, symbolsOf } from './stop/stop-request.ts';

/** A stop with parts down takes the API some 25 s. */
const STOP_TIMEOUT_MS = 40_000;
const GROUP = '/api/v1/profit-scraping';

/** Through the API; at the venue itself when it is told to, or when no API answers. */
export async function runStop(options: Options): Promise<number> {
  const request = {
    level: levelOf(options, HALT_LEVELS),
    symbols: symbolsOf(options),
    reason: options.reason ?? 'emergency stop from the command line',
  };
  const allOrders = options['all-orders'] === true;
  if (allOrders && request.symbols !== undefined) {
    throw new CommandError(
      '--all-orders is for the whole account: leave --symbols out',
      EXIT.usage,
    );
  }
  const config = runningConfig(options);
  if (options.direct !== true && !allOrders) {
    const origin = apiOrigin(config);
    const reply = await callApi(origin, `${GROUP}/emergency-stop`, request, STOP_TIMEOUT_MS);
    if (reply !== undefined) return showOutcome(outcomeOf(reply), options);
    process.stderr.write(`the API at ${origin} does not answer: stopping at the venue itself\n`);
  }
  // Loaded when it is needed: the way through the API must not wait for clients of everything.
  const { stopDirectly } = await import('./stop/direct-stop.ts');
  const outcome = await stopDirectly(config, {
    ...request,
    symbols: request.symbols ?? null,
    allOrders,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  return showOutcome(outcome, options);
}

function outcomeOf(reply: ApiReply): StopOutcome {
  const read = stopOutcome.safeParse(reply.body);
  if (reply.status < 300 && read.success) return read.data;
  throw new CommandError(refusal(reply), EXIT.error);
}

function showOutcome(outcome: StopOutcome, { json }: Options): number {
  const lines = json === true ? [JSON.stringify(outcome, undefined, 2)] : outcomeLines(outcome);
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCodeOf(outcome);
}

export async function runPause(options: Options): Promise<number> {
  return command(options, 'level', {
    level: levelOf(options, ['PAUSE', 'REDUCING']),
    symbols: symbolsOf(options),
    reason: options.reason ?? 'paused from the command line',
  });
}

export async function runResume(options: Options): Promise<number> {
  if (options.reason === undefined) {
    throw new CommandError('--reason: say why it is safe to trade again', EXIT.usage);
  }
  return command(options, 'resume', { symbols: symbolsOf(options), reason: options.reason });
}

/** Posts to the API and shows what it answers. */
async function command(options: Options, path: string, body: object): Promise<number> {
  const origin = apiOrigin(runningConfig(options));
  const reply = await callApi(origin, `${GROUP}/${path}`, body, STOP_TIMEOUT_MS);
  if (reply === undefined) {
    throw new CommandError(`the API at ${origin} does not answer`, EXIT.notRunning);
  }
  if (reply.status >= 300) throw new CommandError(refusal(reply), EXIT.error);
  process.stdout.write(`${JSON.stringify(reply.body, undefined, 2)}\n`);
  return EXIT.ok;
}

/** The problem in the API's own words. */
const refusal = ({ status, body }: ApiReply): string =>
  typeof body === 'object' && body !== null && 'detail' in body
    ? String(body.detail)
    : `the API answered ${status}: ${JSON.stringify(body)}`;
