/** The append-only file of the venue: JSON lines with a running number. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { assert } from '../../core/assert.ts';
import type { EpochMs } from '../../core/market/market.ts';

/** One line: a number without gaps, both clocks, a kind, and the fields of that kind. */
export type JournalRecord = {
  readonly seq: number;
  readonly wallTime: EpochMs;
  readonly marketTime: EpochMs;
  readonly kind: string;
  readonly [field: string]: unknown;
};

export type JournalEntry = { readonly kind: string; readonly [field: string]: unknown };

/**
 * Reads every whole line; a last line without its end (torn by a crash) is left out.
 * Throws an Error naming the line when one is not a record or breaks the numbering.
 */
export function readJournal(path: string): { records: JournalRecord[]; wholeBytes: number } {
  if (!existsSync(path)) return { records: [], wholeBytes: 0 };
  const bytes = readFileSync(path);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  return { records: lines.map((line, i) => parseLine(path, line, i)), wholeBytes };
}

function parseLine(path: string, line: string, index: number): JournalRecord {
  try {
    const record = JSON.parse(line) as JournalRecord;
    if (record.seq === index + 1 && typeof record.kind === 'string') return record;
  } catch {
    // Falls through to the error that names the line.
  }
  throw new Error(`${path} line ${index + 1}: not the journal record with seq ${index + 1}`);
}

/** Writes records; a batch goes out in one write and stands in the file when `append` returns. */
export class JournalFile {
  readonly #descriptor: number;
  #seq: number;

  /** Opens for appending after the last whole line; whatever follows it is cut off. */
  constructor(path: string, last: { readonly seq: number; readonly wholeBytes: number }) {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) truncateSync(path, last.wholeBytes);
    this.#descriptor = openSync(path, 'a');
    this.#seq = last.seq;
  }

  append(entries: readonly JournalEntry[], wallTime: EpochMs, marketTime: EpochMs): void {
    if (entries.length === 0) return;
    let text = '';
    for (const { kind, ...fields } of entries) {
      this.#seq += 1;
      text += `${JSON.stringify({ seq: this.#seq, wallTime, marketTime, kind, ...fields })}\n`;
    }
    const bytes = Buffer.from(text);
    const written = writeSync(this.#descriptor, bytes);
    assert(written === bytes.length, 'journal: short write');
  }

  close(): void {
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }
}
