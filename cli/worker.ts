/** The composition root of the worker process. */
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import { CommandError } from './exit-codes.ts';
import type { Role } from './role.ts';

export function startWorkerRole(config: TidegateConfig): Promise<Role> {
  throw new CommandError(`the worker of ${config.account.name} is not composed yet`);
}
