/** Ends what a test run started when the run itself is killed. */
import { spawn } from 'node:child_process';

/** Runs until its input ends, which our end of the pipe does however we end. */
const GUARD = `
  const [pid, folder] = process.argv.slice(1);
  process.stdin.resume().on('close', () => {
    try { process.kill(Number(pid), 'SIGINT'); } catch { /* it has ended by itself */ }
    setTimeout(() => require('node:fs').rmSync(folder, { recursive: true, force: true }), 2_000);
  });`;

/**
 * A server is in a process group of its own: a test run that is killed would leave it behind. Ends
 * with the call of what it returns.
 */
export function guard(pid: number, folder: string): () => void {
  const child = spawn(process.execPath, ['-e', GUARD, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  return () => void child.kill('SIGKILL');
}
