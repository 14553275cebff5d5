/** A call with all that it suffers on its way to the venue and back; HTTP and WebSocket share it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { MatchingState } from '../../core/matching/state.ts';
import { cannedReply, LIMITING, underMaintenance } from '../faults/canned-replies.ts';
import type { Faults } from '../faults/faults.ts';
import type { Suffering } from '../faults/suffering.ts';
import { askedBy } from './asked.ts';
import type { RestReply, RestRequest, Router } from './router.ts';

export type CallServiceParts = {
  readonly router: Router;
  readonly faults: Faults;
  readonly state: () => MatchingState;
  /** Ends injected waits. */
  readonly closing: AbortSignal;
};

export class CallService {
  readonly #parts: CallServiceParts;

  constructor(parts: CallServiceParts) {
    this.#parts = parts;
  }

  /** The reply, or undefined where the connection is to be cut. Waits only where a fault says so. */
  answer(request: RestRequest): RestReply | undefined | Promise<RestReply | undefined> {
    const { router, faults, state } = this.#parts;
    if (faults.isEmpty) return router.answer(request);
    return this.#suffer(request, faults.hitCall(askedBy(request, state())));
  }

  async #suffer(request: RestRequest, suffering: Suffering): Promise<RestReply | undefined> {
    const { router, closing } = this.#parts;
    if (suffering.maintenance) return underMaintenance();
    if (suffering.dropBefore) return undefined;
    if (suffering.holdMs > 0) await wait(suffering.holdMs, undefined, { signal: closing });
    const { reply: instead } = suffering;
    const truth =
      instead === undefined || instead.accepted ? router.answer(request, suffering) : undefined;
    if (suffering.dropAfter) return undefined;
    if (suffering.delayMs > 0) await wait(suffering.delayMs, undefined, { signal: closing });
    if (instead === undefined) return truth;
    const { status, headers, body } = cannedReply(instead.reply, instead.retryAfterS);
    const counted = LIMITING.has(instead.reply) ? router.countOnly(request) : truth?.headers;
    return { status, headers: { ...counted, ...headers }, body };
  }
}
