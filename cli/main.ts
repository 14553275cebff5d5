/** The `tidegate` command. Each role runs as a process of its own, so that each can be killed alone. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { parseArguments, requireConfig } from './options.ts';
import type { Arguments } from './options.ts';
import type { Role } from './role.ts';

const HELP = `tidegate <command> [flags]

  up             bring everything up and watch over it (npm start)
  down           end what "up" started; orders and positions stay as they are
  status         what runs, and what the symbols do
  stop           emergency stop: no new risk, ordinary orders cancelled, stops stay
                 --level HALT | HALT_AND_FLATTEN | LOCKOUT   --symbols A,B   --reason TEXT
                 --direct: at the venue itself, with nothing of ours running
                 --all-orders: direct, and the orders of others too
  pause          no entries, what is open is managed out (--level REDUCING: the same, by a system)
  resume         end a halt or a pause; needs --reason
  rehearse       try the kill switch out on the paper account; --symbols A,B
  doctor         is this machine ready? (npm run doctor)
  config show    every setting with its origin
  config check   is the configuration valid?
  migrate        bring a database of your own to the newest schema
  worker, api    one role alone, as "up" starts them
  venue          the paper exchange alone; venue keys|verify|faults (docs/VENUE.md)

  --symbols A,B  symbols to start; adds, never removes
  --speed N      market seconds per wall second      --seed N   the synthetic market
  --source replay --replay-dir DIR   recorded bars instead; --replay-from, --replay-to TIME (UTC)
  --reset        open a new paper account (--yes: do not ask)
  --config FILE  instead of tidegate.yaml            --set PATH=VALUE   any setting
  --json         machine-readable output             --verbose  all logs on the screen
`;

/** Loaded when asked for: `config show` needs neither Temporal nor a venue. */
const commands: Readonly<Record<string, (args: Arguments) => number | Promise<number>>> = {
  up: async ({ options }) => (await import('./up/up-command.ts')).runUp(options),
  down: async ({ options }) => (await import('./down-command.ts')).runDown(options),
  stop: async ({ options }) => (await import('./stop-commands.ts')).runStop(options),
  pause: async ({ options }) => (await import('./stop-commands.ts')).runPause(options),
  resume: async ({ options }) => (await import('./stop-commands.ts')).runResume(options),
  rehearse: async ({ options }) => (await import('./rehearse-command.ts')).runRehearse(options),
  status: async ({ options }) => (await import('./status-command.ts')).runStatus(options),
  doctor: async ({ options }) => (await import('./doctor/doctor-command.ts')).runDoctor(options),
  config: async ({ options, words }) =>
    (await import('./config-command.ts')).runConfig(words.slice(1), options),
  migrate: async ({ options }) => (await import('./migrate-command.ts')).runMigrate(options),
  worker: (args) => role(args, async () => (await import('./worker.ts')).startWorkerRole),
  api: (args) => role(args, async () => (await import('./api.ts')).startApiRole),
  venue: async (args) => (await import('./venue-command.ts')).runVenue(args),
};

type StartRole = (config: TidegateConfig) => Promise<Role>;

async function role({ options }: Arguments, load: () => Promise<StartRole>): Promise<number> {
  const { runRole } = await import('./role.ts');
  const { config } = requireConfig(options);
  await runRole(async () => (await load())(config));
  return EXIT.ok;
}

/** Compiled once for all that start later: half of the time until a worker that died is back. */
const COMPILE_CACHE = join(import.meta.dirname, '..', '.build', 'compile-cache');

async function main(argv: readonly string[]): Promise<number> {
  enableCompileCache(COMPILE_CACHE);
  const args = parseArguments(argv);
  const name = args.words[0] ?? 'help';
  if (args.options.help === true || name === 'help') {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const command = commands[name];
  if (command === undefined)
    throw new CommandError(`unknown command "${name}"\n\n${HELP}`, EXIT.usage);
  return command(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`tidegate: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
