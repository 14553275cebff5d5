/** `tidegate venue verify`: proves that the venue's journal adds up and replays to the same state. */
import { verifyJournal } from '../venue/journal/verify.ts';
import type { VerifyReport } from '../venue/journal/verify.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { requireConfig } from './options.ts';
import type { Options } from './options.ts';
import { venueFiles } from './venue-files.ts';

export function runVenueVerify(options: Options): number {
  const path = options.journal ?? venueFiles(requireConfig(options).config).journal;
  const report = verified(path);
  const text = options.json === true ? JSON.stringify(report, undefined, 2) : lines(path, report);
  process.stdout.write(`${text}\n`);
  return report.isProven ? EXIT.ok : EXIT.error;
}

function verified(path: string): VerifyReport {
  try {
    return verifyJournal(path);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}

function lines(path: string, report: VerifyReport): string {
  const { records, commands, marketSteps, snapshots, tornBytes, contradictions } = report;
  return [
    `${path}: ${records} records, ${commands} commands, ${marketSteps} market steps, ${snapshots} snapshots`,
    ...(tornBytes === 0
      ? []
      : [`the last ${tornBytes} bytes were torn by a crash and do not count`]),
    ...report.accounts.map(
      (sums) =>
        `${sums.account}: ${sums.opening} opening + ${sums.realizedProfit} realised - ${sums.fees} fees` +
        ` + ${sums.otherChanges} other = ${sums.wallet} wallet; ${sums.trades} trades; ${positions(sums.positions)}`,
    ),
    ...contradictions.map(({ seq, check, detail }) => `record ${seq}: ${check}: ${detail}`),
    report.isProven
      ? 'proven: cash and positions add up, and a replay gives the same states'
      : 'NOT PROVEN',
  ].join('\n');
}

const positions = (held: Readonly<Record<string, string>>): string => {
  const list = Object.entries(held).map(([symbol, quantity]) => `${quantity} ${symbol}`);
  return list.length === 0 ? 'flat' : list.join(', ');
};
