/** `tidegate venue faults [FILE|clear]`: plays a script of faults in a venue that runs. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Injection } from '../venue/faults/faults.ts';
import { parseFaultScript } from '../venue/faults/script.ts';
import type { FaultScript } from '../venue/faults/script.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { requireConfig } from './options.ts';
import type { Options } from './options.ts';
import { venueFiles } from './venue-files.ts';

const POLL_MS = 200;

type Ask = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

export async function runVenueFaults([word]: readonly string[], options: Options): Promise<number> {
  const script = word === undefined || word === 'clear' ? undefined : readFaultScript(word);
  const ask = adminOf(options);
  if (script !== undefined) await play(ask, script, options);
  else if (word === 'clear') await ask('DELETE', '/faults');
  else process.stdout.write(`${JSON.stringify(await ask('GET', '/faults'), undefined, 2)}\n`);
  return EXIT.ok;
}

/** A script from YAML or JSON; throws CommandError that names what is wrong. */
export function readFaultScript(path: string): FaultScript {
  if (!existsSync(path)) throw new CommandError(`${path}: no such file`, EXIT.usage);
  try {
    return parseFaultScript(parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${path}: ${detail}`, EXIT.usage);
  }
}

/** One line an injection: a JSON value with `--json`. */
export function injectionLine(injection: Injection, json: boolean): string {
  if (json) return `${JSON.stringify(injection)}\n`;
  const { wallTime, marketTime, kind, faultId, ...where } = injection;
  const market = new Date(marketTime).toISOString();
  const source = faultId === 0 ? '' : ` #${faultId}`;
  return `${new Date(wallTime).toISOString()}  market ${market}  ${kind}${source} ${JSON.stringify(where)}\n`;
}

/** Plays the script and tells what it does until its last entry is done. */
async function play(ask: Ask, script: FaultScript, options: Options): Promise<void> {
  let { next } = (await ask('GET', '/injections?after=0')) as { next: number };
  await ask('POST', '/script', script);
  for (;;) {
    const { left } = (await ask('GET', '/script')) as { left: number };
    const fresh = (await ask('GET', `/injections?after=${next}`)) as {
      injected: Injection[];
      next: number;
    };
    next = fresh.next;
    for (const one of fresh.injected)
      process.stdout.write(injectionLine(one, options.json === true));
    if (left === 0) return;
    await wait(POLL_MS);
  }
}

/** The admin port of the venue that runs on this data folder. */
function adminOf(options: Options): Ask {
  const { admin } = venueFiles(requireConfig(options).config);
  if (!existsSync(admin)) throw new CommandError('no venue runs here', EXIT.notRunning);
  const { adminUrl, adminToken } = JSON.parse(readFileSync(admin, 'utf8')) as {
    adminUrl: string;
    adminToken: string;
  };
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${adminToken}` };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(adminUrl + path, { method, headers, ...content }).catch(() => {
      throw new CommandError('no venue runs here', EXIT.notRunning);
    });
    const reply = (await response.json()) as Record<string, unknown>;
    if (response.ok) return reply;
    throw new CommandError(`the venue refuses: ${String(reply['error'])}`);
  };
}
