/** What is listed: a symbol's rules, and whether it trades. */
import type { Replies, SetRules, SetStatus } from './commands.ts';
import { BAD_SYMBOL } from './rejections.ts';
import type { Run } from './run.ts';
import { createSymbol, rulesOf } from './state.ts';

/** Orders that stand keep their price and quantity, even off the new tick and step. */
export function setRules(run: Run, { instrument }: SetRules): Replies['setRules'] {
  const { state } = run;
  const listed = state.symbols.get(instrument.symbol);
  if (listed === undefined) {
    state.config = { ...state.config, instruments: [...state.config.instruments, instrument] };
    state.symbols.set(instrument.symbol, createSymbol(instrument));
    return { ok: true };
  }
  listed.instrument = instrument;
  listed.rules = rulesOf(instrument);
  return { ok: true };
}

export function setStatus(run: Run, command: SetStatus): Replies['setStatus'] {
  const symbol = run.state.symbols.get(command.symbol);
  if (symbol === undefined) return BAD_SYMBOL;
  symbol.status = command.status;
  return { ok: true };
}
