/** A log file that is renamed to `.1` when it grows too large, and `.1` to `.2`, and so on. */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export type LogFile = { write(line: string): void };

type Limits = { readonly bytesMax: number; readonly filesMax: number };

const LIMITS: Limits = { bytesMax: 10_000_000, filesMax: 3 };

/** Writes at once, so that nothing is lost when the process is killed. */
export function openLogFile(path: string, limits: Limits = LIMITS): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let bytes = existsSync(path) ? statSync(path).size : 0;
  return {
    write(line) {
      const text = `${new Date().toISOString()} ${line}\n`;
      if (bytes + text.length > limits.bytesMax) {
        rotate(path, limits.filesMax);
        bytes = 0;
      }
      appendFileSync(path, text);
      bytes += text.length;
    },
  };
}

function rotate(path: string, filesMax: number): void {
  rmSync(`${path}.${filesMax - 1}`, { force: true });
  for (let index = filesMax - 2; index >= 0; index -= 1) {
    const from = index === 0 ? path : `${path}.${index}`;
    if (existsSync(from)) renameSync(from, `${path}.${index + 1}`);
  }
}
