/** The witness of a stack: the independent one, and the platform's own books beside it. */
import { poll } from '../../cli/up/managed-process.ts';
import { witness } from '../witness/witness.ts';
import type { WitnessReport } from '../witness/witness.ts';
import { bookDifferences } from './book-differences.ts';
import type { BooksRequest } from './book-differences.ts';

/** A payment is read from the venue's list after its event, so it may be on its way still. */
const PAYMENT_WAIT_MS = 5_000;
const OF_MONEY: ReadonlySet<string> = new Set(['cash', 'income', 'books']);

export async function stackWitness(request: BooksRequest): Promise<WitnessReport> {
  let report = await askBoth(request);
  const isSettled = async (): Promise<boolean> => {
    const { differences } = report;
    if (differences.length === 0 || differences.some(({ check }) => !OF_MONEY.has(check)))
      return true;
    report = await askBoth(request);
    return false;
  };
  await poll(isSettled, AbortSignal.timeout(PAYMENT_WAIT_MS), 200);
  return report;
}

async function askBoth(request: BooksRequest): Promise<WitnessReport> {
  const report = await witness(request);
  const differences = [...report.differences, ...(await bookDifferences(request))];
  return { ...report, differences };
}
