/** Wall time with fractions of a millisecond, the same in every process of the machine. */
import { performance } from 'node:perf_hooks';

let offset = Date.now() - performance.now();

/** Milliseconds since 1970; follows `Date.now()` within 1.5 ms when the system clock is moved. */
export function wallNow(): number {
  const now = performance.now() + offset;
  const coarse = Date.now();
  if (now - coarse > -0.5 && now - coarse < 1.5) return now;
  offset = coarse - performance.now();
  return performance.now() + offset;
}

/** Starts right after a tick of the coarse clock, so that the fraction is right too. */
export function alignWallClock(): void {
  const before = Date.now();
  while (Date.now() === before) {
    // A millisecond at most.
  }
  offset = Date.now() - performance.now();
}
