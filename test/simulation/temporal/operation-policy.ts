/** How Temporal treats each operation: the timeouts and retries of `workflows/operations.ts`. */
import type { OperationCall } from '../../../state-machines/process-types.ts';

export type Policy = {
  /** Wall time until a worker has begun it; null: for ever. */
  readonly scheduleToStartMs: number | null;
  readonly startToCloseMs: number;
  readonly heartbeatMs: number;
  readonly attemptsMax: number;
};

/** Every activity beats. */
const LOST_AFTER_MS = 2_000;
const FOR_EVER = Number.POSITIVE_INFINITY;
const PATIENT: Policy = {
  scheduleToStartMs: null,
  startToCloseMs: 60_000,
  heartbeatMs: LOST_AFTER_MS,
  attemptsMax: FOR_EVER,
};
const DECIDE: Policy = {
  scheduleToStartMs: 10_000,
  startToCloseMs: 5_000,
  heartbeatMs: LOST_AFTER_MS,
  attemptsMax: 2,
};
const WRITE: Policy = {
  scheduleToStartMs: 5_000,
  startToCloseMs: 5_000,
  heartbeatMs: LOST_AFTER_MS,
  attemptsMax: 1,
};
const READ: Policy = {
  scheduleToStartMs: 60_000,
  startToCloseMs: 60_000,
  heartbeatMs: LOST_AFTER_MS,
  attemptsMax: 2,
};
export const WATCH: Policy = {
  scheduleToStartMs: 2_000,
  startToCloseMs: 300_000,
  heartbeatMs: LOST_AFTER_MS,
  attemptsMax: 1,
};

export const POLICIES: Readonly<Record<OperationCall['name'], Policy>> = {
  openEpoch: PATIENT,
  claimSymbol: PATIENT,
  record: PATIENT,
  evaluateSignal: DECIDE,
  checkRisk: WRITE,
  submitOrders: WRITE,
  amendOrders: WRITE,
  cancelOrders: WRITE,
  resolveOrders: READ,
  reconcile: READ,
};
