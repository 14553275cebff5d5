/** The halt latch of this host: a file a halt, shared by its processes, and this process's memory. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TRADING_LEVELS } from '../../core/market/watch.ts';
import type { SymbolRef } from '../../core/orders/order.ts';
import type { LatchView } from '../../core/risk/risk-context.ts';
import { latchView } from './halts.ts';

const halt = z.object({
  account: z.string(),
  haltId: z.string(),
  level: z.enum(TRADING_LEVELS),
  reason: z.string(),
  by: z.string(),
  /** Null: every symbol of the account. */
  symbols: z.array(z.string()).readonly().nullable(),
  /** Wall time, ISO-8601. */
  setAt: z.string(),
});
export type Halt = z.output<typeof halt>;

export type HostHalts = {
  /** The severest halt over the symbol; `unreadable` when a file cannot be read or understood. */
  view(ref: SymbolRef): Promise<LatchView>;
  /** Of the account, memory and files together; throws when a file cannot be read or understood. */
  list(account: string): Promise<readonly Halt[]>;
  /** In memory at once, then in a file; throws when the file cannot be written. */
  add(halt: Halt): Promise<void>;
  remove(halt: Pick<Halt, 'account' | 'haltId'>): Promise<void>;
};

const SUFFIX = '.halt.json';

/** `directory` is created by the first halt; one that does not exist holds none. */
export function createHostHalts(directory: string): HostHalts {
  const memory = new Map<string, Halt>();

  async function list(account: string): Promise<readonly Halt[]> {
    const found = new Map(memory);
    for (const fromFile of await readHalts(directory)) found.set(keyOf(fromFile), fromFile);
    return [...found.values()].filter((one) => one.account === account);
  }

  return {
    list,
    view: async (ref) => {
      try {
        const halts = await list(ref.account);
        const over = halts.filter(
          ({ symbols }) => symbols === null || symbols.includes(ref.symbol),
        );
        return latchView(over.map(({ haltId, level }) => ({ halt_id: haltId, level })));
      } catch (error) {
        return { kind: 'unreadable', message: String(error) };
      }
    },
    add: async (added) => {
      memory.set(keyOf(added), added);
      await mkdir(directory, { recursive: true });
      const file = join(directory, fileOf(added));
      // Readers see a whole file or none.
      await writeFile(`${file}.${process.pid}`, JSON.stringify(added), { flush: true });
      await rename(`${file}.${process.pid}`, file);
    },
    remove: async (removed) => {
      memory.delete(keyOf(removed));
      await rm(join(directory, fileOf(removed)), { force: true });
    },
  };
}

async function readHalts(directory: string): Promise<readonly Halt[]> {
  const names = await namesIn(directory);
  const files = names.filter((name) => name.endsWith(SUFFIX)).map((name) => join(directory, name));
  const texts = await Promise.all(files.map(readIfThere));
  return texts.flatMap((text) => (text === undefined ? [] : [halt.parse(JSON.parse(text))]));
}

const namesIn = (directory: string): Promise<readonly string[]> =>
  readdir(directory).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });

/** Undefined for a file that another process removed since it was listed. */
const readIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

const keyOf = ({ account, haltId }: Pick<Halt, 'account' | 'haltId'>): string =>
  `${account}|${haltId}`;

const fileOf = (named: Pick<Halt, 'account' | 'haltId'>): string =>
  `${encodeURIComponent(keyOf(named))}${SUFFIX}`;
