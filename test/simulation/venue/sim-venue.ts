/** The venue itself: the paper venue's engine with one account, and a memory of what it accepted. */
import { apply } from '../../../core/matching/apply.ts';
import type { Command, Rejection } from '../../../core/matching/commands.ts';
import * as queries from '../../../core/matching/queries.ts';
import { createMatching } from '../../../core/matching/state.ts';
import type { MatchingState } from '../../../core/matching/state.ts';
import type { InstrumentRules, MarketStep, Quote } from '../../../core/market/market.ts';
import { ensureDefined } from '../../../core/assert.ts';
import type { OrderIntent } from '../../../core/orders/order.ts';
import type { UserEvent } from '../../../adapters/exchange/binance-usdm-frames.ts';
import type { OrderChange, VenueOrder, VenuePosition } from '../../../adapters/ports.ts';
import { matchingConfig } from '../../../venue/matching-config.ts';
import { BALANCE } from '../scenario.ts';
import { toConditional, toOrder, toUserEvent } from './views.ts';

const ACCOUNT = 'paper';

export type Placed = { readonly intent: OrderIntent; readonly atMs: number };

export class SimVenue {
  readonly state: MatchingState;
  readonly symbol: string;
  /** Every order that was accepted, in order. */
  readonly placed: Placed[] = [];
  readonly #listeners: ((event: UserEvent) => void)[] = [];
  readonly #now: () => number;
  #step: MarketStep | undefined;

  constructor(rules: InstrumentRules, now: () => number) {
    this.#now = now;
    this.symbol = rules.symbol;
    this.state = createMatching({
      ...matchingConfig([rules]),
      instruments: [rules],
      defaultMarginType: 'ISOLATED',
      participationPct: 50,
    });
    const { makerFeeBps, takerFeeBps } = rules;
    const account = { accountId: ACCOUNT, balance: BALANCE, makerFeeBps, takerFeeBps };
    this.#apply({ type: 'openAccount', time: 0, ...account });
  }

  onEvent(listener: (event: UserEvent) => void): void {
    this.#listeners.push(listener);
  }

  step(step: MarketStep): void {
    this.#step = step;
    this.#apply({ type: 'market', step });
  }

  get quote(): Quote {
    const { time, bid, ask, mark } = ensureDefined(this.#step, 'the market has begun');
    return { time, bid, ask, mark };
  }

  place(intent: OrderIntent): VenueOrder | Rejection {
    const reply = intent.kind === 'stopMarket' ? this.#conditional(intent) : this.#ordinary(intent);
    if (!('ok' in reply)) this.placed.push({ intent, atMs: this.#now() });
    return reply;
  }

  cancel(clientOrderId: string, conditional: boolean): Rejection | undefined {
    const reply = conditional
      ? this.#apply({ type: 'cancelConditional', clientAlgoId: clientOrderId, ...this.#base() })
      : this.#apply({ type: 'cancel', origClientOrderId: clientOrderId, ...this.#base() });
    return reply.ok ? undefined : reply;
  }

  amend(clientOrderId: string, { quantity, price }: OrderChange): VenueOrder | Rejection {
    const change = { origClientOrderId: clientOrderId, quantity, price };
    const reply = this.#apply({ type: 'amend', ...change, ...this.#base() });
    return reply.ok ? toOrder(reply.order) : reply;
  }

  orderOf(clientOrderId: string): VenueOrder | undefined {
    const key = { origClientOrderId: clientOrderId };
    const view = queries.findOrder(this.state, ACCOUNT, this.symbol, key);
    return view === undefined ? undefined : toOrder(view);
  }

  orderNumbered(venueOrderId: string): VenueOrder | undefined {
    const key = { orderId: Number(venueOrderId) };
    const view = queries.findOrder(this.state, ACCOUNT, this.symbol, key);
    return view === undefined ? undefined : toOrder(view);
  }

  conditionalOf(clientOrderId: string): VenueOrder | undefined {
    const view = queries.findAlgo(this.state, ACCOUNT, { clientAlgoId: clientOrderId });
    return view === undefined ? undefined : toConditional(view);
  }

  openOrders(conditional: boolean): readonly VenueOrder[] {
    return conditional
      ? queries.openAlgos(this.state, ACCOUNT, this.symbol).map(toConditional)
      : queries.openOrders(this.state, ACCOUNT, this.symbol).map(toOrder);
  }

  allOrders(conditional: boolean, filter: queries.HistoryFilter): readonly VenueOrder[] {
    return conditional
      ? queries.allAlgos(this.state, ACCOUNT, filter).map(toConditional)
      : queries.allOrders(this.state, ACCOUNT, filter).map(toOrder);
  }

  trades(filter: queries.HistoryFilter) {
    return queries.trades(this.state, ACCOUNT, filter);
  }

  position(): VenuePosition {
    const view = ensureDefined(
      queries.positions(this.state, ACCOUNT).find(({ symbol }) => symbol === this.symbol),
      'a view of every symbol',
    );
    return {
      quantity: view.quantity,
      entryPrice: view.quantity === '0' ? null : view.entryPrice,
      markPrice: view.markPrice,
      unrealisedProfit: view.unrealizedProfit,
      leverage: view.leverage,
      marginMode: view.marginType === 'ISOLATED' ? 'isolated' : 'cross',
    };
  }

  account() {
    return queries.account(this.state, ACCOUNT);
  }

  setLeverage(leverage: number): void {
    this.#apply({ type: 'setLeverage', leverage, ...this.#base() });
  }

  #ordinary(intent: OrderIntent): VenueOrder | Rejection {
    const limit =
      intent.kind === 'limit' && intent.price !== null
        ? {
            orderType: 'LIMIT' as const,
            price: intent.price,
            timeInForce: intent.postOnly ? ('GTX' as const) : intent.timeInForce,
          }
        : { orderType: 'MARKET' as const };
    const reply = this.#apply({
      type: 'place',
      ...this.#base(),
      ...limit,
      side: intent.side,
      quantity: intent.quantity,
      reduceOnly: intent.reduceOnly,
      newClientOrderId: intent.clientOrderId,
    });
    return reply.ok ? toOrder(reply.order) : reply;
  }

  #conditional(intent: OrderIntent): VenueOrder | Rejection {
    const reply = this.#apply({
      type: 'placeConditional',
      ...this.#base(),
      orderType: 'STOP_MARKET',
      workingType: 'MARK_PRICE',
      side: intent.side,
      quantity: intent.quantity,
      triggerPrice: intent.triggerPrice ?? '',
      reduceOnly: intent.reduceOnly,
      clientAlgoId: intent.clientOrderId,
    });
    return reply.ok ? toConditional(reply.algo) : reply;
  }

  #base() {
    return { time: this.quote.time, accountId: ACCOUNT, symbol: this.symbol };
  }

  #apply<C extends Command>(command: C) {
    const { reply, events } = apply(this.state, command);
    for (const event of events) {
      const said = toUserEvent(event);
      if (said !== undefined) for (const listener of this.#listeners) listener(said);
    }
    return reply;
  }
}
