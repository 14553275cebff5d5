/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  error: 1,
  /** Wrong use: an unknown command or flag. */
  usage: 2,
  notRunning: 3,
  config: 4,
  timeout: 5,
} as const;

/** A failure that a person can mend; its message is all that is shown. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = EXIT.error) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
