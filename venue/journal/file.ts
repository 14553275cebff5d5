/** The append-only file of the venue: JSON lines with a running number. */
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
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

/** A record and where it ends in the file. */
export type ReadRecord = { readonly record: JournalRecord; readonly endByte: number };

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads a journal record by record; one that does not exist is empty. A last line without its end
 * (torn by a crash) is left out. Throws an Error naming the line when one is not a record or breaks
 * the numbering.
 */
export function* readJournal(path: string): Generator<ReadRecord, void> {
  let seq = 0;
  let endByte = 0;
  for (const line of wholeLines(path)) {
    seq += 1;
    endByte += line.length + 1;
    yield { record: parseRecord(path, line, seq), endByte };
  }
}

/** Lines without their newline; what follows the last newline is left out. */
function* wholeLines(path: string): Generator<Buffer, void> {
  if (!existsSync(path)) return;
  const descriptor = openSync(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
        yield bytes.subarray(from, at);
        from = at + 1;
      }
      rest = bytes.subarray(from);
    }
  } finally {
    closeSync(descriptor);
  }
}

function parseRecord(path: string, line: Buffer, seq: number): JournalRecord {
  try {
    const record = JSON.parse(line.toString('utf8')) as JournalRecord;
    if (record.seq === seq && typeof record.kind === 'string') return record;
  } catch {
    // Falls through to the error that names the line.
  }
  throw new Error(`${path} line ${seq}: not the journal record with seq ${seq}`);
}

/**
 * When the file is synced to the disk. `never` leaves it to the operating system (a killed process
 * loses nothing, a power failure may), `interval` syncs about once a second, `always` before every reply.
 */
export const SYNC_POLICIES = ['never', 'interval', 'always'] as const;
export type SyncPolicy = (typeof SYNC_POLICIES)[number];

/** What a fault makes of the disk: it waits, or throws as a full disk does. */
export type DiskFault = () => void;

export type JournalOptions = {
  readonly sync: SyncPolicy;
  readonly beforeWrite: DiskFault;
};

const SYNC_INTERVAL_MS = 1_000;

/** Writes records; a batch goes out in one write and stands in the file when `append` returns. */
export class JournalFile {
  readonly #descriptor: number;
  readonly #options: JournalOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  #seq: number;
  #endByte: number;
  #isTorn = false;
  #isSynced = true;

  /** Opens for appending after the last whole line; whatever follows it is cut off. */
  constructor(
    path: string,
    last: { readonly seq: number; readonly endByte: number },
    options: JournalOptions = { sync: 'never', beforeWrite: () => {} },
  ) {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) truncateSync(path, last.endByte);
    this.#descriptor = openSync(path, 'a');
    this.#options = options;
    this.#seq = last.seq;
    this.#endByte = last.endByte;
    if (options.sync === 'interval') {
      this.#timer = setInterval(() => this.#syncLater(), SYNC_INTERVAL_MS).unref();
    }
  }

  /** Throws when the disk refuses; the file then ends where it ended before. */
  append(entries: readonly JournalEntry[], wallTime: EpochMs, marketTime: EpochMs): void {
    if (entries.length === 0) return;
    let seq = this.#seq;
    let text = '';
    for (const { kind, ...fields } of entries) {
      seq += 1;
      text += `${JSON.stringify({ seq, wallTime, marketTime, kind, ...fields })}\n`;
    }
    this.#write(Buffer.from(text));
    this.#seq = seq;
  }

  close(): void {
    clearInterval(this.#timer);
    fdatasyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }

  #write(bytes: Buffer): void {
    if (this.#isTorn) this.#cutTorn();
    this.#options.beforeWrite();
    this.#isTorn = true;
    const written = writeSync(this.#descriptor, bytes);
    if (written < bytes.length) throw new Error(`journal: wrote ${written} of ${bytes.length}`);
    if (this.#options.sync === 'always') fdatasyncSync(this.#descriptor);
    this.#isTorn = false;
    this.#isSynced = false;
    this.#endByte += bytes.length;
  }

  /** Part of a write may have reached the file before the disk refused the rest. */
  #cutTorn(): void {
    ftruncateSync(this.#descriptor, this.#endByte);
    this.#isTorn = false;
  }

  #syncLater(): void {
    if (this.#isSynced) return;
    this.#isSynced = true;
    fdatasync(this.#descriptor, (error) => {
      if (error !== null) this.#isSynced = false;
    });
  }
}
