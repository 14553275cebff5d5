/** `tidegate status`: what runs here, and what the symbols do. */
import { fetchStatus } from './api-client.ts';
import { EXIT } from './exit-codes.ts';
import { apiOrigin, requireConfig } from './options.ts';
import { marketEndLines } from './market-end.ts';
import type { Options } from './options.ts';
import { isSameProcess } from './up/process-identity.ts';
import { liveSupervisor, readRunFile } from './up/run-file.ts';
import { runPaths } from './up/run-paths.ts';
import { statusLines } from './up/status-lines.ts';

export async function runStatus(options: Options): Promise<number> {
  const { config } = requireConfig(options);
  const record = readRunFile(runPaths(config.dataDir).run);
  const supervisor = liveSupervisor(record);
  const processes = (record?.children ?? []).map((child) => ({
    name: child.name,
    pid: child.pid,
    startedAt: child.startedAt,
    running: isSameProcess(child),
  }));
  const trading = await fetchStatus(apiOrigin(config));
  if (options.json === true) {
    const supervisorPid = supervisor?.pid ?? null;
    const report = { supervisorPid, processes, trading: trading ?? null };
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    const head =
      supervisor === undefined ? 'no supervisor runs here' : `supervisor ${supervisor.pid}`;
    const lines = processes.map(
      ({ name, pid, running }) => `${name.padEnd(9)} ${pid}  ${running ? 'running' : 'ended'}`,
    );
    const view = [...statusLines(trading), ...(await marketEndLines(config))];
    process.stdout.write(`${[head, ...lines, ...view].join('\n')}\n`);
  }
  return trading === undefined && supervisor === undefined ? EXIT.notRunning : EXIT.ok;
}
