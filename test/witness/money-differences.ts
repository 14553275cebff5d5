/** Fills and positions: the venue's journal against the sums of the ledger. */
import { sum, words } from './decimal.ts';
import type { Difference } from './difference.ts';
import type { JournalTrade } from './journal-file.ts';
import type { FillSeen, LedgerAccount } from './ledger-account.ts';
import { orderKey } from './venue-account.ts';
import type { VenueAccount } from './venue-account.ts';

export function fillDifferences(venue: VenueAccount, ledger: LedgerAccount): Difference[] {
  const fills = Map.groupBy(ledger.fills, (fill) => `${fill.symbol}/${fill.tradeId}`);
  const trades = Map.groupBy(venue.trades, tradeKey);
  return [
    ...[...trades].flatMap(([key, [trade, ...again]]) => [
      ...again.map(() => ({ check: 'trade twice in the journal', subject: key, detail: '' })),
      ...(trade === undefined ? [] : fillPair(key, trade, fills.get(key) ?? [], venue)),
    ]),
    ...[...fills.keys()]
      .filter((key) => !trades.has(key))
      .map((subject) => ({ check: 'fill without trade', subject, detail: '' })),
  ];
}

const tradeKey = (trade: JournalTrade): string => `${trade.symbol}/${trade.tradeId}`;

function fillPair(
  subject: string,
  trade: JournalTrade,
  fills: readonly FillSeen[],
  venue: VenueAccount,
): Difference[] {
  const [fill, ...others] = fills;
  if (fill === undefined) return [{ check: 'trade without fill', subject, detail: '' }];
  if (others.length > 0) return [{ check: 'fill twice', subject, detail: `${fills.length} rows` }];
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['order', String(trade.orderId), fill.orderId],
    ['intent', intentOf(trade, venue), fill.intentId],
    ['side', trade.side, fill.side],
    ['price', trade.price, fill.price],
    ['quantity', trade.quantity, fill.quantity],
    ['fee', trade.fee, fill.fee],
    ['fee asset', trade.feeAsset, fill.feeAsset],
    ['maker', trade.maker, fill.maker],
    ['realised profit', trade.realizedProfit, fill.realised],
    ['time', trade.time, fill.timeMs],
  ];
  return pairs.flatMap(([name, atVenue, inLedger]) =>
    atVenue === inLedger
      ? []
      : [
          {
            check: `fill ${name}`,
            subject,
            detail: `venue ${String(atVenue)}, ledger ${String(inLedger)}`,
          },
        ],
  );
}

/** The client id of the order that traded; of the conditional order, for its child. */
function intentOf(trade: JournalTrade, venue: VenueAccount): string | null {
  const order = venue.orders.get(orderKey(trade));
  const parent = order?.algoId === undefined ? undefined : venue.conditionals.get(order.algoId);
  const id = parent?.clientAlgoId ?? order?.clientOrderId;
  return id?.startsWith('tg') === true ? id : null;
}

/** The venue's position, the ledger's row and the signed sum of fills are one figure. */
export function positionDifferences(venue: VenueAccount, ledger: LedgerAccount): Difference[] {
  const bySymbol = Map.groupBy(ledger.fills, (fill) => fill.symbol);
  const symbols = new Set([
    ...venue.positions.keys(),
    ...ledger.positions.keys(),
    ...bySymbol.keys(),
  ]);
  return [...symbols].flatMap((symbol) => {
    const atVenue = venue.positions.get(symbol) ?? 0n;
    const inLedger = ledger.positions.get(symbol) ?? 0n;
    const byFills = sum((bySymbol.get(symbol) ?? []).map(signed));
    if (atVenue === inLedger && atVenue === byFills) return [];
    const figures = `venue ${words(atVenue)}, ledger ${words(inLedger)}, fills ${words(byFills)}`;
    return [{ check: 'position', subject: symbol, detail: figures }];
  });
}

const signed = (fill: FillSeen): bigint => (fill.side === 'buy' ? fill.quantity : -fill.quantity);
