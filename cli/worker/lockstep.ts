/** Lockstep is a way to run tests and replays, not a setting: it comes from the environment. */

/** The admin port of a venue in lockstep and its token; undefined in ordinary runs. */
export function lockstepOf(
  env: NodeJS.ProcessEnv,
): { readonly adminUrl: string; readonly adminToken: string } | undefined {
  const adminUrl = env['TIDEGATE_LOCKSTEP_URL'];
  const adminToken = env['TIDEGATE_VENUE_ADMIN_TOKEN'];
  return adminUrl === undefined || adminToken === undefined ? undefined : { adminUrl, adminToken };
}
