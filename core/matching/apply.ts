/** One command in, one reply and its events out: the whole venue. */
import type { EpochMs } from '../market/market.ts';
import { amendOrder } from './amend.ts';
import { cancelAllConditional, cancelAllOrders, cancelConditional, cancelOrder } from './cancel.ts';
import type { Applied, Command, Replies } from './commands.ts';
import { placeConditional } from './conditional.ts';
import { endCountdown, setCountdown } from './countdown.ts';
import { settleFunding } from './funding.ts';
import { deleverage, fillOrder, liquidateNow, triggerNow } from './incidents.ts';
import { setRules, setStatus } from './listing.ts';
import { placeOrder } from './place.ts';
import type { Run } from './run.ts';
import { openAccount, setFees, setLeverage, setMarginType } from './settings.ts';
import type { MatchingState } from './state.ts';
import { applyStep } from './step.ts';

type Type = Command['type'];
type Handlers = { [T in Type]: (run: Run, command: Extract<Command, { type: T }>) => Replies[T] };

const HANDLERS: Handlers = {
  openAccount,
  market: (run, command) => {
    applyStep(run, command.step);
    return { ok: true };
  },
  place: placeOrder,
  cancel: cancelOrder,
  cancelAll: cancelAllOrders,
  amend: amendOrder,
  placeConditional,
  cancelConditional,
  cancelAllConditional,
  setLeverage,
  setMarginType,
  funding: settleFunding,
  setFees,
  setCountdown,
  countdownElapsed: endCountdown,
  setRules,
  setStatus,
  fillOrder,
  triggerConditional: triggerNow,
  liquidate: liquidateNow,
  deleverage,
};

const timeOf = (command: Command): EpochMs =>
  command.type === 'market' ? command.step.time : command.time;

/**
 * Applies a command; the state is changed in place, and a refusal changes nothing that shows. The
 * same state and command give the same reply and events. Asserts that account and market symbol are known.
 */
export function apply<C extends Command>(state: MatchingState, command: C): Applied<C['type']> {
  const run: Run = { state, time: timeOf(command), events: [] };
  const handler = HANDLERS[command.type] as (run: Run, command: Command) => Replies[C['type']];
  return { reply: handler(run, command), events: run.events };
}
