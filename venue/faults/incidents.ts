/** What the admin port makes happen at once: trades, foreign orders, listings, ends of streams. */
import { z } from 'zod';
import { ensureDefined } from '../../core/assert.ts';
import type { InstrumentRules } from '../../core/market/market.ts';
import type { Rejection } from '../../core/matching/commands.ts';
import { findOrder, hasAccount } from '../../core/matching/queries.ts';
import { reject } from '../../core/matching/rejections.ts';
import type { Exchange } from '../exchange.ts';
import type { SymbolTape } from '../market/tape.ts';
import { shareOfRest } from '../rest/racing-fill.ts';
import type { ListenKeys } from '../streams/listen-keys.ts';
import type { StreamHub } from '../streams/stream-hub.ts';
import type { Faults } from './faults.ts';

const text = z.string().min(1).max(64);
const decimal = z.string().regex(/^\d{1,18}(\.\d{1,8})?$/, 'plain decimal text, e.g. 0.01');
const positive = decimal.refine((value) => Number(value) > 0, 'above zero');
const onAccount = { account: text, symbol: text };
const ofOrder = { ...onAccount, orderId: z.int().optional(), clientOrderId: text.optional() };

export const incidentInput = z.discriminatedUnion('action', [
  /** A resting order trades at its limit: this share of what is left of it. */
  z.object({
    action: z.literal('fillOrder'),
    ...ofOrder,
    share: z.number().gt(0).max(1).default(1),
  }),
  /** Cancelled by somebody else than the client. */
  z.object({ action: z.literal('cancelOrder'), ...ofOrder }),
  z.object({ action: z.literal('cancelConditional'), ...onAccount, clientAlgoId: text }),
  /** An order that somebody places by hand on the account; a market order is a manual trade. */
  z.object({
    action: z.literal('placeOrder'),
    ...onAccount,
    side: z.enum(['buy', 'sell']),
    quantity: positive,
    /** Of a limit order; a market order when absent. */
    price: positive.optional(),
    reduceOnly: z.boolean().default(false),
    /** As the venue's own web page names it when absent. */
    clientOrderId: text.optional(),
  }),
  z.object({ action: z.literal('liquidate'), ...onAccount }),
  z.object({ action: z.literal('deleverage'), ...onAccount, quantity: positive.optional() }),
  z.object({
    action: z.literal('settleFunding'),
    symbol: text,
    /** A fraction: 0.0001 is one bp. */
    rate: z.string().regex(/^-?0(\.\d{1,8})?$/, 'a fraction as decimal text, e.g. -0.0003'),
  }),
  z.object({ action: z.literal('setStatus'), symbol: text, status: z.enum(['TRADING', 'BREAK']) }),
  z.object({
    action: z.literal('changeRules'),
    symbol: text,
    tickSize: positive.optional(),
    quantityStep: positive.optional(),
    minQuantity: positive.optional(),
    maxQuantity: positive.optional(),
    minNotional: decimal.optional(),
    maxOpenOrders: z.int().min(0).optional(),
    maxConditionalOrders: z.int().min(0).optional(),
    percentPricePct: z.number().gt(0).max(100).optional(),
  }),
  /** The user streams end as if nobody had renewed their keys. */
  z.object({ action: z.literal('expireListenKeys'), account: text.optional() }),
  /** Sockets are cut: those of a stream (`user`, `btcusdt@trade`), or all. */
  z.object({ action: z.literal('disconnectSockets'), stream: text.optional() }),
]);
export type IncidentInput = z.output<typeof incidentInput>;

export type IncidentParts = {
  readonly exchange: Exchange;
  readonly tapes: ReadonlyMap<string, SymbolTape>;
  readonly listenKeys: ListenKeys;
  readonly hub: StreamHub;
  readonly faults: Faults;
};

type Outcome = Rejection | { readonly ok: true; readonly [detail: string]: unknown };

export class Incidents {
  readonly #parts: IncidentParts;

  constructor(parts: IncidentParts) {
    this.#parts = parts;
  }

  /** Makes it happen and notes it; a refusal has the venue's code. */
  cause(input: IncidentInput): Outcome {
    const outcome = this.#refusal(input) ?? this.#cause(input);
    const { action, ...detail } = input;
    this.#parts.faults.note(action, outcome.ok ? detail : { ...detail, refused: outcome.message });
    return outcome;
  }

  /** The engine asserts what a request could not contain. */
  #refusal(input: IncidentInput): Rejection | undefined {
    const { exchange, tapes } = this.#parts;
    if ('symbol' in input && !tapes.has(input.symbol)) return reject(-1121, 'Invalid symbol.');
    const { account } = 'account' in input ? input : {};
    const isKnown = account === undefined || hasAccount(exchange.state, account);
    return isKnown ? undefined : reject(-2015, `no account ${account}`);
  }

  #cause(input: IncidentInput): Outcome {
    const { exchange, hub } = this.#parts;
    switch (input.action) {
      case 'setStatus':
        return exchange.impose({ type: 'setStatus', ...this.#listed(input) });
      case 'settleFunding':
        return this.#settleFunding(input);
      case 'changeRules':
        return this.#changeRules(input);
      case 'expireListenKeys':
        return { ok: true, ended: this.#expireListenKeys(input.account) };
      case 'disconnectSockets':
        return { ok: true, cut: hub.disconnect(input.stream) };
      default:
        return this.#onAccount(input);
    }
  }

  #onAccount(input: Extract<IncidentInput, { account: string; symbol: string }>): Outcome {
    const { exchange } = this.#parts;
    const base = { accountId: input.account, time: exchange.marketTime, symbol: input.symbol };
    switch (input.action) {
      case 'fillOrder':
        return this.#fillOrder(input);
      case 'cancelOrder':
        return exchange.impose({ type: 'cancel', ...base, ...keyOf(input) });
      case 'cancelConditional':
        return exchange.impose({
          type: 'cancelConditional',
          ...base,
          clientAlgoId: input.clientAlgoId,
        });
      case 'placeOrder':
        return this.#placeOrder(input);
      case 'liquidate':
        return exchange.impose({ type: 'liquidate', ...base });
      default:
        return exchange.impose({
          type: 'deleverage',
          ...base,
          ...(input.quantity === undefined ? {} : { quantity: input.quantity }),
        });
    }
  }

  #listed<T extends { readonly action: string; readonly symbol: string }>(input: T) {
    const { action: _action, ...fields } = input;
    return { ...fields, time: this.#parts.exchange.marketTime };
  }

  #fillOrder(input: Extract<IncidentInput, { action: 'fillOrder' }>): Outcome {
    const { exchange, tapes } = this.#parts;
    const { account: accountId, symbol, share } = input;
    const order = findOrder(exchange.state, accountId, symbol, keyOf(input));
    if (order === undefined) return reject(-2013, 'Order does not exist.');
    const { rules } = ensureDefined(tapes.get(symbol), `${symbol} is listed`);
    return exchange.impose({
      type: 'fillOrder',
      time: exchange.marketTime,
      accountId,
      symbol,
      orderId: order.orderId,
      quantity: shareOfRest(order, share, rules.quantityStep),
    });
  }

  #placeOrder(input: Extract<IncidentInput, { action: 'placeOrder' }>): Outcome {
    const { exchange } = this.#parts;
    const { account, symbol, side, quantity, price, reduceOnly, clientOrderId } = input;
    return exchange.impose({
      type: 'place',
      accountId: account,
      symbol,
      time: exchange.marketTime,
      side,
      orderType: price === undefined ? 'MARKET' : 'LIMIT',
      quantity,
      ...(price === undefined ? {} : { price }),
      reduceOnly,
      newClientOrderId: clientOrderId ?? `web_${exchange.state.nextOrderId}`,
    });
  }

  #settleFunding(input: Extract<IncidentInput, { action: 'settleFunding' }>): Outcome {
    const { exchange, tapes } = this.#parts;
    const funding = this.#listed(input);
    tapes.get(input.symbol)?.funding.restore(funding);
    return exchange.impose({ type: 'funding', ...funding });
  }

  #changeRules(input: Extract<IncidentInput, { action: 'changeRules' }>): Outcome {
    const { exchange, tapes } = this.#parts;
    const { action: _action, ...changes } = input;
    const tape = ensureDefined(tapes.get(input.symbol), `${input.symbol} is listed`);
    const instrument = { ...tape.rules, ...changes } as InstrumentRules;
    const reply = exchange.impose({ type: 'setRules', time: exchange.marketTime, instrument });
    tape.take(instrument);
    return reply;
  }

  #expireListenKeys(account: string | undefined): number {
    const { listenKeys, hub, exchange } = this.#parts;
    const ended = listenKeys.end(account);
    for (const { key } of ended) hub.expire(key, exchange.marketTime);
    return ended.length;
  }
}

const keyOf = (input: {
  readonly orderId?: number | undefined;
  readonly clientOrderId?: string | undefined;
}) => ({
  ...(input.orderId === undefined ? {} : { orderId: input.orderId }),
  ...(input.clientOrderId === undefined ? {} : { origClientOrderId: input.clientOrderId }),
});
