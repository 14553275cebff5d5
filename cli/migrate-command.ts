/** `tidegate migrate`: brings the database of your own to the newest schema. */
import { migrate } from '../adapters/postgres/migrate.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { requireConfig } from './options.ts';
import type { Options } from './options.ts';

export async function runMigrate(options: Options): Promise<number> {
  const { config } = requireConfig(options);
  if (config.postgres.url === '') {
    throw new CommandError(
      'set DATABASE_URL; "up" migrates the embedded database itself',
      EXIT.usage,
    );
  }
  const applied = await migrate(config.postgres.url);
  process.stdout.write(applied.length === 0 ? 'nothing to do\n' : `${applied.join('\n')}\n`);
  return EXIT.ok;
}
