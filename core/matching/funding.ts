/** Funding: quantity times mark times rate, from longs to shorts when positive. */
import { parseDecimal } from '../money/decimal-text.ts';
import type { Money } from '../money/units.ts';
import type { Funding, Replies } from './commands.ts';
import { bookIncome } from './execution.ts';
import { markNotional } from './margin.ts';
import { cashShare } from './rates.ts';
import type { Rate } from './rates.ts';
import { BAD_SYMBOL, illegalParameter } from './rejections.ts';
import type { Run } from './run.ts';
import { accountOf, positionOf } from './state.ts';

/** Settles every position held now; an isolated one pays from its own margin. */
export function settleFunding(run: Run, command: Funding): Replies['funding'] {
  const symbol = run.state.symbols.get(command.symbol);
  if (symbol === undefined) return BAD_SYMBOL;
  const rate = parseDecimal(command.rate);
  if (rate === undefined) return illegalParameter('rate');
  for (const accountId of symbol.holders) {
    const account = accountOf(run.state, accountId);
    const position = positionOf(run.state, account, command.symbol);
    const amount = -cashShare(markNotional(run.state, position), rate as Rate) as Money;
    if (amount === 0n) continue;
    if (position.marginType === 'ISOLATED') {
      position.isolatedWallet = (position.isolatedWallet + amount) as Money;
    }
    bookIncome(run, account, { type: 'FUNDING_FEE', amount, position });
  }
  return { ok: true };
}
