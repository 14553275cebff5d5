/**
 * How far the market has come, in one line that is overwritten at every step. The journal has the
 * time of everything that touched an account; this keeps the steps in between, without growth.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { EpochMs } from '../../core/market/market.ts';

/** The newest step taken: its market time, its symbol, and the count of all steps. */
export type MarketPosition = {
  readonly time: EpochMs;
  readonly symbol: string;
  readonly steps: number;
};

const LINE_BYTES = 128;

/** The stored position; undefined when there is none or it is unreadable. */
export function readPosition(path: string): MarketPosition | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as MarketPosition;
  } catch {
    return undefined;
  }
}

export class PositionFile {
  readonly #descriptor: number;
  readonly #line = Buffer.alloc(LINE_BYTES, 0x20);

  constructor(path: string) {
    this.#descriptor = openSync(path, existsSync(path) ? 'r+' : 'w+');
  }

  write(position: MarketPosition): void {
    this.#line.fill(0x20);
    this.#line.write(JSON.stringify(position));
    writeSync(this.#descriptor, this.#line, 0, LINE_BYTES, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
