/** `tidegate up`: one process that brings everything up, watches over it and takes it down in order. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TidegateConfig } from '../../adapters/config/load-config.ts';
import { fetchStatus } from '../api-client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import { marketEndLines } from '../market-end.ts';
import { requireSameMarket, setAsideJournal } from '../market-record.ts';
import { requireMarket } from '../market.ts';
import type { MarketFacts } from '../market.ts';
import { apiOrigin, requireConfig } from '../options.ts';
import type { Options } from '../options.ts';
import { probeApi, watchApi } from './api-watch.ts';
import { claimRun, releaseRun } from './claim.ts';
import { childEnvironment, writeEffectiveConfig } from './effective-config.ts';
import { nextInstallation, readInstallation, writeInstallation } from './installation.ts';
import { keepRehearsing, rehearseNow } from './rehearsals.ts';
import { rememberInstance } from './remember-instance.ts';
import type { Installation } from './installation.ts';
import { openLogFile } from './log-file.ts';
import { requireFreePorts } from './needed-ports.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { confirmReset, endWorkflows } from './reset-account.ts';
import { readRunFile, removeRunFile, stopOrphans, writeRunFile } from './run-file.ts';
import { runPaths } from './run-paths.ts';
import type { RunPaths } from './run-paths.ts';
import { createScreen, prefixed } from './screen.ts';
import type { Screen } from './screen.ts';
import { createServices, requireTemporal } from './services.ts';
import { startTrading } from './start-trading.ts';
import { statusLines } from './status-lines.ts';
import { createSupervisor } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';

/** In place on a terminal; elsewhere each change is a line of its own. */
const STATUS_INTERVAL_MS = process.stdout.isTTY ? 2_000 : 15_000;
/** Their lines go to the log file; on the screen they would bury ours. */
const QUIET_SERVICES = new Set(['postgres', 'temporal']);

type Run = {
  readonly config: TidegateConfig;
  readonly market: MarketFacts;
  readonly paths: RunPaths;
  readonly installation: Installation;
  readonly previousAccount: string | undefined;
  readonly screen: Screen;
  /** Into the supervisor's log and onto the screen. */
  readonly notice: (service: string, text: string) => void;
  readonly supervisor: Supervisor;
};

/** Runs until SIGINT, SIGTERM or SIGHUP; resolves with the exit code. */
export async function runUp(options: Options): Promise<number> {
  const { config, values, origins } = requireConfig(options);
  const paths = runPaths(config.dataDir);
  const self = claimRun(paths.lock);
  const stop = stopRequest();
  try {
    const screen = createScreen(process.stdout);
    await clearLeftovers(paths, screen);
    await requireFreePorts(config);
    const known = readInstallation(paths.installation);
    const installation = nextInstallation(known, {
      account: config.account.name,
      accountIsChosen: origins.has('account.name'),
      symbols: config.symbols,
      reset: options.reset === true,
    });
    const { symbols } = installation;
    // Without its bars, which would fill the memory of this process as long as it runs.
    const { sourceFrom: _, ...market } = requireMarket({
      config: { ...config, symbols },
      origins,
    });
    if (options.reset !== true) requireSameMarket(paths.venueJournal, market);
    const isReset = known !== undefined && options.reset === true;
    if (isReset && options.yes !== true) await confirmReset(known.account, installation.account);
    // The account first: a new market under the old account would meet what that one holds.
    writeInstallation(paths.installation, installation);
    if (options.reset === true) startAnew(paths, market, screen);
    const { supervisor, notice } = supervise({
      config,
      values,
      paths,
      installation,
      self,
      screen,
      options,
    });
    const previousAccount = isReset ? known.account : undefined;
    return await runUntil(stop, {
      config,
      market,
      paths,
      installation,
      previousAccount,
      screen,
      notice,
      supervisor,
    });
  } finally {
    releaseRun(paths.lock);
  }
}

function startAnew(paths: RunPaths, market: MarketFacts, screen: Screen): void {
  const kept = setAsideJournal(paths.venueJournal, market);
  if (kept !== undefined) screen.line(`a new market begins; the journal of the old one is ${kept}`);
}

/** One wish to stop may reach us several times: from the terminal's group, npm and the bootstrap. */
const SAME_WISH_MS = 2_000;

/** Aborts at the first signal; a later one ends this process at once, the children notice. */
function stopRequest(): AbortSignal {
  const request = new AbortController();
  let askedAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (request.signal.aborted && performance.now() - askedAt > SAME_WISH_MS) {
        process.exit(EXIT.error);
      }
      if (!request.signal.aborted) askedAt = performance.now();
      request.abort();
    });
  }
  return request.signal;
}

async function clearLeftovers(paths: RunPaths, screen: Screen): Promise<void> {
  await stopOrphans(readRunFile(paths.run)?.children ?? [], ({ name, pid }) =>
    screen.line(`stopping ${name} (process ${pid}), left over from a run that was killed`),
  );
  removeRunFile(paths.run);
}

type Supervision = Pick<Run, 'config' | 'paths' | 'installation' | 'screen'> & {
  readonly values: Parameters<typeof writeEffectiveConfig>[1];
  readonly self: ProcessIdentity;
  readonly options: Options;
};

function supervise({ config, values, paths, installation, self, screen, options }: Supervision) {
  const colour = process.stdout.isTTY && !process.env['NO_COLOR'];
  const logs = new Map<string, ReturnType<typeof openLogFile>>();
  const logOf = (service: string) => {
    const log = logs.get(service) ?? openLogFile(`${paths.logs}/${service}.log`);
    logs.set(service, log);
    return log;
  };
  const onLine = (service: string, line: string) => {
    logOf(service).write(line);
    const isShown = options.verbose === true || !QUIET_SERVICES.has(service);
    if (isShown) screen.line(prefixed(service, line, { colour }));
  };
  const notice = (service: string, text: string) => {
    logOf('supervisor').write(`${service} ${text}`);
    screen.line(prefixed(service, text, { colour }));
  };
  const supervisor = createSupervisor({
    services: createServices({
      config,
      paths,
      onLine,
      onNotice: notice,
      env: childEnvironment(process.env),
      onStores: async (stores) => {
        writeEffectiveConfig(paths.config, values, {
          ...stores,
          ...installation,
          dataDir: paths.root,
        });
        await rememberInstance(paths.installation, installation, {
          url: stores.postgresUrl,
          mode: config.mode,
        });
      },
    }),
    onChildren: (children) =>
      writeRunFile(paths.run, { supervisor: self, children: [...children] }),
    onEvent: notice,
  });
  return { supervisor, notice };
}

async function runUntil(stop: AbortSignal, run: Run): Promise<number> {
  const { supervisor, screen, paths } = run;
  const whenStopped = new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(supervisor.stop()), { once: true });
  });
  try {
    await supervisor.start();
    if (!stop.aborted) await trade(run);
    const probe = () => probeApi(apiOrigin(run.config));
    void watchApi({ probe, say: (text) => run.notice('api', text) }, stop);
    void keepRehearsing(run.config, stop, {
      pause,
      rehearse: () => rehearseNow(paths.config),
      say: (line) => screen.line(line),
    });
    while (!stop.aborted) {
      const status = statusLines(await fetchStatus(apiOrigin(run.config)));
      screen.block([...status, ...(await marketEndLines(run.config))]);
      await pause(STATUS_INTERVAL_MS, undefined, { signal: stop }).catch(() => {});
    }
  } catch (error) {
    if (!stop.aborted) {
      await supervisor.stop();
      removeRunFile(paths.run);
      throw new CommandError(error instanceof Error ? error.message : String(error));
    }
  }
  screen.block([]);
  screen.line('stopping');
  await whenStopped;
  removeRunFile(paths.run);
  screen.line('stopped');
  return EXIT.ok;
}

async function trade({
  config,
  market,
  installation,
  previousAccount,
  screen,
}: Run): Promise<void> {
  if (previousAccount !== undefined) {
    const address = config.temporal.address || `127.0.0.1:${config.ports.temporal}`;
    const { namespace } = config.temporal;
    await endWorkflows(requireTemporal(), { address, namespace, account: previousAccount });
  }
  for (const line of summary(config, market, installation)) screen.line(line);
  if (!config.flowTrading.enabled) {
    screen.line('flow_trading.enabled is false: nothing is started');
    return;
  }
  const { started, notices } = await startTrading(apiOrigin(config), installation.symbols);
  if (started.length > 0) screen.line(`started ${started.join(', ')}`);
  for (const notice of notices) screen.line(`not started: ${notice}`);
}

function summary(
  config: TidegateConfig,
  { description }: MarketFacts,
  { account, symbols }: Installation,
): string[] {
  const ui =
    config.temporal.address === ''
      ? `http://127.0.0.1:${config.ports.temporalUi}`
      : config.temporal.address;
  return [
    '',
    `Tidegate trades ${symbols.join(', ')} on the paper account ${account}.`,
    `  API           ${apiOrigin(config)}/api/v1  (documented at ${apiOrigin(config)}/docs)`,
    `  Temporal      ${ui}`,
    `  paper venue   http://127.0.0.1:${config.ports.venue}`,
    `  market        ${description}, speed ${config.market.speed}`,
    `  emergency     npm run tidegate -- stop`,
    `  leave         Ctrl-C; everything goes on where it stood at the next start`,
    '',
  ];
}
