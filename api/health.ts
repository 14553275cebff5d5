/** Health: which part answers, and how fast. No symbol is waited for. */
import { answerWithin } from './deadline.ts';
import type { ApiDeps } from './ports.ts';
import { isoTime } from './symbol-view.ts';
import type { HealthView } from './status-schemas.ts';

type Component = HealthView['components'][number];
const ANSWER_MS = 2_000;

/** Healthy when Postgres and Temporal answer. */
export const readRootHealth = async (deps: ApiDeps): Promise<HealthView> =>
  healthOf(
    deps,
    await Promise.all([
      probe(deps, 'postgres', () => deps.reads.ping()),
      probe(deps, 'temporal', () => deps.workflows.ping()),
    ]),
  );

/** Also the venue and the latch: without them it stands still, but nothing is lost. */
export const readTradingHealth = async (deps: ApiDeps): Promise<HealthView> =>
  healthOf(
    deps,
    await Promise.all([
      probe(deps, 'postgres', () => deps.reads.ping()),
      probe(deps, 'temporal', () => deps.workflows.ping()),
      probe(deps, 'venue', () => deps.venue.equity()),
      probe(deps, 'latch', () => readableLatch(deps)),
    ]),
  );

async function readableLatch({ latch, config }: ApiDeps): Promise<void> {
  const state = await latch.read(config.account.name);
  if (state.kind === 'unreadable') throw new Error(state.message);
}

async function probe(
  { clock, log }: ApiDeps,
  name: Component['name'],
  call: () => Promise<unknown>,
): Promise<Component> {
  const begun = clock.now();
  const answer = await answerWithin(clock, ANSWER_MS, call);
  if (answer.kind === 'answer') return { name, ok: true, latency_ms: clock.now() - begun };
  log(`${name} is down`, answer.error);
  return { name, ok: false, latency_ms: null };
}

const CORE_PARTS: readonly string[] = ['postgres', 'temporal'];

function healthOf({ clock }: ApiDeps, components: Component[]): HealthView {
  const down = components.filter(({ ok }) => !ok).map(({ name }) => name);
  const broken = down.some((name) => CORE_PARTS.includes(name));
  const status = broken ? 'down' : down.length > 0 ? 'degraded' : 'healthy';
  return { status, time: isoTime(clock.now()), components, down };
}
