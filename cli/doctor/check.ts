/** One finding of `tidegate doctor`. */

export type Check = {
  readonly name: string;
  /** `warn` can be lived with; `fail` keeps Tidegate from running well or at all. */
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found, and for the other two what to do. */
  readonly detail: string;
};

export const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail });
export const warn = (name: string, detail: string): Check => ({ name, status: 'warn', detail });
export const fail = (name: string, detail: string): Check => ({ name, status: 'fail', detail });
