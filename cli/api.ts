/** The composition root of the api process. */
import type { TidegateConfig } from '../adapters/config/load-config.ts';
import { CommandError } from './exit-codes.ts';
import type { Role } from './role.ts';

export function startApiRole(config: TidegateConfig): Promise<Role> {
  throw new CommandError(`the api of ${config.account.name} is not composed yet`);
}
