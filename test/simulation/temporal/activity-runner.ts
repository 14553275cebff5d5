/** Activities as Temporal runs them: dispatched, timed out, tried again, and never called back. */
import type { Dice } from '../dice.ts';
import type { Faults } from '../faults.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { SimWorker } from '../worker/sim-worker.ts';
import type { Policy } from './operation-policy.ts';

export type RunnerParts = {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly faults: Faults;
  /** None while the server is away. */
  readonly workers: () => readonly SimWorker[];
  readonly isServerAway: () => boolean;
};

export type Activity<T> = {
  readonly policy: Policy;
  /** Undefined: any worker. */
  readonly homeQueue?: string;
  readonly run: (worker: SimWorker) => Promise<T>;
  readonly onEnd: (end: { readonly value: T } | { readonly failure: string }) => void;
};

const POLL_MS = 50;
const REPORT_AGAIN_MS = 500;
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 5_000;

/** The end is told once, whatever the worker does later. */
export function runActivity<T>(parts: RunnerParts, activity: Activity<T>): void {
  const { time, dice, faults } = parts;
  const { policy } = activity;
  let attempt = 0;

  const schedule = (): void => {
    attempt += 1;
    let isOpen = true;
    const close = (): boolean => {
      const wasOpen = isOpen;
      isOpen = false;
      return wasOpen;
    };
    const fail = (failure: string): void => {
      if (!close()) return;
      if (attempt >= policy.attemptsMax) return activity.onEnd({ failure });
      time.after(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (attempt - 1)), schedule);
    };
    const succeed = (value: T): void => {
      if (close()) activity.onEnd({ value });
    };
    let hasBegun = false;
    if (policy.scheduleToStartMs !== null)
      time.after(policy.scheduleToStartMs, () => {
        if (!hasBegun) fail('no worker took it in time');
      });
    const poll = (): void => {
      if (!isOpen) return;
      const worker = pickWorker(parts, activity.homeQueue);
      if (worker === undefined) {
        time.after(POLL_MS, poll);
        return;
      }
      hasBegun = true;
      begin(parts, activity, worker, { succeed, fail });
    };
    time.after(faults.hits('taskSlow') ? dice.between(500, 7_000) : dice.between(1, 15), poll);
  };
  schedule();
}

function pickWorker({ workers, dice }: RunnerParts, queue: string | undefined) {
  const able = workers().filter(
    ({ process, homeQueue }) => process.isRunning && (queue === undefined || queue === homeQueue),
  );
  return able.length === 0 ? undefined : dice.pick(able);
}

type Ends<T> = {
  readonly succeed: (value: T) => void;
  readonly fail: (failure: string) => void;
};

function begin<T>(
  { time, dice, faults, isServerAway }: RunnerParts,
  { policy, run }: Activity<T>,
  { process, ...rest }: SimWorker,
  ends: Ends<T>,
): void {
  const { succeed, fail } = ends;
  const { startToCloseMs, heartbeatMs } = policy;
  time.after(startToCloseMs, () => fail('start-to-close timeout'));
  const forget = process.onStall((forMs) => {
    if (forMs > heartbeatMs) time.after(heartbeatMs, () => fail('heartbeat timeout'));
  });
  const isFailing = faults.hits('activityFails');
  if (isFailing && dice.chance(0.5)) return fail('the activity broke before it began');
  const report = (tell: () => void): void => {
    // Its result is lost: silence tells.
    if (isFailing) {
      time.after(heartbeatMs, () => fail('its result never came'));
      return;
    }
    const slowMs = faults.hits('resultSlow') ? dice.between(500, 6_000) : dice.between(1, 10);
    // A worker reports until the server takes it.
    const deliver = (): void =>
      process.wake(() => {
        if (isServerAway()) {
          time.after(REPORT_AGAIN_MS, deliver);
          return;
        }
        forget();
        tell();
      });
    time.after(slowMs, deliver);
  };
  run({ process, ...rest }).then(
    (value) => report(() => succeed(value)),
    (error: unknown) => report(() => fail(error instanceof Error ? error.message : String(error))),
  );
}
