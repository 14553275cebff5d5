/** The dead man's switch: it is told the wall time at which it fires, and that it fired. */
import { cancelAllConditional, cancelAllOrders } from './cancel.ts';
import type { CountdownElapsed, Replies, SetCountdown } from './commands.ts';
import { BAD_SYMBOL } from './rejections.ts';
import type { Run } from './run.ts';
import { clientKey } from './state.ts';

export function setCountdown(run: Run, command: SetCountdown): Replies['setCountdown'] {
  const { accountId, symbol, deadline } = command;
  if (!run.state.symbols.has(symbol)) return BAD_SYMBOL;
  const key = clientKey(accountId, symbol);
  if (deadline === 0) run.state.countdowns.delete(key);
  else run.state.countdowns.set(key, { accountId, symbol, deadline });
  return { ok: true };
}

export function endCountdown(run: Run, command: CountdownElapsed): Replies['countdownElapsed'] {
  const { accountId, symbol, time, conditional } = command;
  run.state.countdowns.delete(clientKey(accountId, symbol));
  const base = { accountId, symbol, time };
  const cancelled = cancelAllOrders(run, { type: 'cancelAll', ...base });
  if (!cancelled.ok || !conditional) return cancelled.ok ? { ok: true } : cancelled;
  cancelAllConditional(run, { type: 'cancelAllConditional', ...base });
  return { ok: true };
}
