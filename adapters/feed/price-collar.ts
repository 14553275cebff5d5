/** The record of a symbol's prices, and what a watch call is to be told of it (P4c). */
import type { MarketEvent } from '../../core/market/features.ts';
import type { EpochMs, Quote } from '../../core/market/market.ts';
import { NO_PRICES, afterQuote, collarNews, movesOf } from '../../core/market/price-watch.ts';
import type { PriceMoves } from '../../core/market/price-watch.ts';
import type { WatchSpec } from '../../core/market/watch.ts';
import type { PriceText } from '../../core/money/units.ts';

export class PriceCollar {
  #record = NO_PRICES;
  #told: object | undefined;
  /** What was looked at last: most quotes lie within what their second has seen already. */
  #looked: { readonly call: object; readonly seconds: object } | undefined;

  get moves(): PriceMoves {
    return movesOf(this.#record);
  }

  add(time: EpochMs, bid: PriceText, ask: PriceText): void {
    this.#record = afterQuote(this.#record, time, (Number(bid) + Number(ask)) / 2);
  }

  /** Once a call: the next one says what the machine made of it. */
  news(
    call: { readonly request: { readonly spec: WatchSpec } } | undefined,
    quote: Quote | null,
  ): MarketEvent | undefined {
    const collar = call?.request.spec.collar ?? null;
    if (call === undefined || collar === null || quote === null) return undefined;
    const { seconds } = this.#record;
    const isSeen = this.#looked?.call === call && this.#looked.seconds === seconds;
    if (this.#told === call || isSeen) return undefined;
    this.#looked = { call, seconds };
    const news = collarNews(this.#record, collar);
    if (news === undefined) return undefined;
    this.#told = call;
    const stamp = { time: quote.time, quote };
    return news === 'moved'
      ? { kind: 'priceMoved', ...stamp, rangePct: this.moves.rangePct }
      : { kind: 'priceCalm', ...stamp };
  }
}
