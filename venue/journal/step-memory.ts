/**
 * Which symbols' steps must all be journaled. Ordinarily a step without an event leaves no trace in
 * an account, so only the newest one matters. Two things remember every step: a trailing stop (its
 * extreme), and a crossed position (its margin depends on the marks of several symbols together).
 */
import { openAlgos, positions } from '../../core/matching/queries.ts';
import type { MatchingState } from '../../core/matching/state.ts';
import type { AlgoView, MatchingEvent, PositionView } from '../../core/matching/types.ts';

type Held = Pick<PositionView, 'symbol' | 'quantity' | 'marginType'>;

export class StepMemory {
  /** Reasons by symbol. */
  readonly #reasons = new Map<string, Set<string>>();

  constructor(state: MatchingState, accountIds: readonly string[]) {
    for (const accountId of accountIds) {
      for (const algo of openAlgos(state, accountId)) this.#watchAlgo(algo);
      for (const position of positions(state, accountId)) this.#watchPosition(accountId, position);
    }
  }

  needs(symbol: string): boolean {
    return (this.#reasons.get(symbol)?.size ?? 0) > 0;
  }

  observe(events: readonly MatchingEvent[]): void {
    for (const event of events) {
      if (event.type === 'algoUpdate') this.#watchAlgo(event.algo);
      if (event.type !== 'accountUpdate') continue;
      for (const position of event.positions) this.#watchPosition(event.accountId, position);
    }
  }

  #watchAlgo(algo: AlgoView): void {
    const trailing = algo.orderType === 'TRAILING_STOP_MARKET' && algo.status === 'NEW';
    this.#set(algo.symbol, `trailing ${algo.algoId}`, trailing);
  }

  #watchPosition(accountId: string, position: Held): void {
    const crossed = position.marginType === 'CROSSED' && position.quantity !== '0';
    this.#set(position.symbol, `crossed ${accountId}`, crossed);
  }

  #set(symbol: string, reason: string, present: boolean): void {
    const reasons = this.#reasons.get(symbol) ?? new Set<string>();
    this.#reasons.set(symbol, reasons);
    if (present) reasons.add(reason);
    else reasons.delete(reason);
  }
}
