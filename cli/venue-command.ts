/** `tidegate venue …`: the paper exchange on its own, its keys, its faults, and its journal. */
import { CommandError, EXIT } from './exit-codes.ts';
import { requireConfig } from './options.ts';
import type { Arguments, Options } from './options.ts';
import { runRole } from './role.ts';

type Subcommand = (words: readonly string[], options: Options) => number | Promise<number>;

const subcommands: Readonly<Record<string, Subcommand>> = {
  keys: async (words, options) => (await import('./venue-keys.ts')).runVenueKeys(words, options),
  verify: async (_words, options) => (await import('./venue-verify.ts')).runVenueVerify(options),
  faults: async (words, options) =>
    (await import('./venue-faults.ts')).runVenueFaults(words, options),
};

/** Without a subcommand the venue runs until it is told to stop. */
export async function runVenue({ words, options }: Arguments): Promise<number> {
  const [, name, ...rest] = words;
  if (name === undefined) {
    const loaded = requireConfig(options);
    const { startVenueRole } = await import('./venue.ts');
    await runRole(() => startVenueRole(loaded, options));
    return EXIT.ok;
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand !== undefined) return subcommand(rest, options);
  const known = Object.keys(subcommands).join(', ');
  throw new CommandError(`venue ${name}: expected ${known}, or nothing`, EXIT.usage);
}
