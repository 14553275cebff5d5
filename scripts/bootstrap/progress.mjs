/** Progress on stderr: one line that is refreshed on a terminal, a line now and then elsewhere. */

const PLAIN_INTERVAL_MS = 15_000;

export const say = (text) => process.stderr.write(`tidegate: ${text}\n`);

/** Calls `describe` each second until `stop()`; both write only when there is something new. */
export function showProgress(describe) {
  const onTerminal = process.stderr.isTTY === true;
  const interval = onTerminal ? 1_000 : PLAIN_INTERVAL_MS;
  const timer = setInterval(() => {
    if (onTerminal) process.stderr.write(`\r\u001B[Ktidegate: ${describe()}`);
    else say(describe());
  }, interval);
  return {
    stop() {
      clearInterval(timer);
      if (onTerminal) process.stderr.write('\r\u001B[K');
    },
  };
}

/** `75_000` is `1 min 15 s`. */
export function inMinutes(durationMs) {
  const seconds = Math.round(durationMs / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
