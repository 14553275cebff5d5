/** The run's one PostgreSQL and one Temporal. */
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port`, or empty without the command; set by `test/global-setup.ts`. */
    temporalAddress: string;
  }
}

export function runServers() {
  const temporalAddress = inject('temporalAddress');
  if (temporalAddress === '')
    throw new Error('there is no Temporal command: "npm test" finds or builds one');
  return { postgresUrl: inject('postgresUrl'), temporalAddress };
}
