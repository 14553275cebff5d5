/** The limits of the pre-trade gate, as data. A limit that is not set denies what needs it. */

/**
 * Percentages are of equity, in percent (2 = 2 %). *Margin* is initial margin: notional over
 * leverage. Ages are wall time. `undefined`, zero, negative and non-finite all count as missing.
 */
export type RiskLimits = {
  /** P1: venue symbols that may be traded; empty means none. */
  readonly allowedSymbols: readonly string[] | undefined;
  /** The leverage set at the venue; turns notional into margin. */
  readonly leverage: number | undefined;
  /** P2: notional of one order. */
  readonly orderNotionalPct: number | undefined;
  /** P2: and in quote units, whatever the equity. */
  readonly orderNotionalMax: number | undefined;
  /** P3: times the median size of the strategy's last fifty orders. */
  readonly quantityMedianMultiple: number | undefined;
  /** P3: of what traded in the last 24 hours (market time). */
  readonly quantityVolumePct: number | undefined;
  /** P3, for an order that takes: of what rests within half a percent of the mid. */
  readonly quantityDepthPct: number | undefined;
  /** Margin of one position; a symbol may hold `positionsPerSymbol` of them. */
  readonly positionSizePct: number | undefined;
  readonly positionsPerSymbol: number | undefined;
  /** P5: notional of a symbol's position with its working orders, worst case on one side. */
  readonly positionNotionalPct: number | undefined;
  /** Margin of all positions with their working orders. */
  readonly exposurePct: number | undefined;
  /** P6: notional of all positions with their working orders. */
  readonly grossNotionalPct: number | undefined;
  /** P8: ordinary and conditional orders together. */
  readonly openOrdersPerSymbol: number | undefined;
  readonly openOrdersPerAccount: number | undefined;
  /** Symbols of the account that may trade a grid at once. */
  readonly concurrentGrids: number | undefined;
  /** P4a: how far beyond the fresh mid a marketable price may reach. */
  readonly aggressiveCollarPct: number | undefined;
  /** P4b: how far from the fresh mid a resting price may stand. */
  readonly passiveDistancePct: number | undefined;
  /** P4c: how far the mids of 60 s of market time may lie apart. */
  readonly collarMovePct: number | undefined;
  /** P19: distance between two quotes. */
  readonly jumpPct: number | undefined;
  /** P21: how far our clock may be off the venue's (wall). */
  readonly clockSkewMs: number | undefined;
  /** P17: age of market data by local receipt; `scalp` for scalps, `grid` for the rest. */
  readonly scalpDataAgeMs: number | undefined;
  readonly gridDataAgeMs: number | undefined;
  /** P18: spread over mid. */
  readonly spreadPct: number | undefined;
  /** P9, of equity at the start of the market day. */
  readonly dailyLossSymbolPct: number | undefined;
  readonly dailyLossAccountPct: number | undefined;
  /** P10, from the highest equity seen: orders are halved, then the account halts. */
  readonly drawdownHalfPct: number | undefined;
  readonly drawdownHaltPct: number | undefined;
  /** P11: within 24 candles of 5 minutes (market time). */
  readonly stopsBeforePause: number | undefined;
  /** P12: messages (orders, amends and cancels) in a minute (wall). */
  readonly messagesPerMinuteSymbol: number | undefined;
  readonly messagesPerMinuteAccount: number | undefined;
  /** P12: bursts, sent in ten seconds (wall). */
  readonly messagesPerTenSecondsSymbol: number | undefined;
  readonly messagesPerTenSecondsAccount: number | undefined;
  /** P13: fills of one side and size (market time). */
  readonly repeatedFillsPerMinute: number | undefined;
  readonly repeatedFillsPerTenMinutes: number | undefined;
  /** P14: orders sent in a market day, and in the first one of the account. */
  readonly ordersPerDaySymbol: number | undefined;
  readonly ordersFirstDaySymbol: number | undefined;
  /** P29: the way to the target over what a round trip costs. */
  readonly edgeMultiple: number | undefined;
  /** P22: of equity, never pledged as margin. */
  readonly marginReservePct: number | undefined;
  /** P24: refusals by the venue (wall) for which our orders are at fault. */
  readonly rejectsPerMinuteSymbol: number | undefined;
  readonly rejectsPerFiveMinutesAccount: number | undefined;
  /** P25: requests of unknown outcome. */
  readonly unknownRequestsAccount: number | undefined;
  /** P25: as many of them that are older than this (wall) halt the account. */
  readonly unknownGraceMs: number | undefined;
  /** How long a position may lack live or pending protection before new entries are denied. */
  readonly protectionGraceMs: number | undefined;
};

/** The paper account's figures but for its symbols, which the configuration names. */
export const PAPER_RISK_LIMITS: Omit<RiskLimits, 'allowedSymbols'> = {
  leverage: 3,
  orderNotionalPct: 10,
  orderNotionalMax: 1_000,
  quantityMedianMultiple: 5,
  quantityVolumePct: 1,
  quantityDepthPct: 10,
  positionSizePct: 2,
  positionsPerSymbol: 3,
  positionNotionalPct: 30,
  exposurePct: 10,
  grossNotionalPct: 100,
  openOrdersPerSymbol: 40,
  openOrdersPerAccount: 150,
  concurrentGrids: 3,
  aggressiveCollarPct: 0.5,
  passiveDistancePct: 20,
  collarMovePct: 10,
  jumpPct: 5,
  clockSkewMs: 1_000,
  scalpDataAgeMs: 2_000,
  gridDataAgeMs: 10_000,
  spreadPct: 1,
  dailyLossSymbolPct: 1,
  dailyLossAccountPct: 3,
  drawdownHalfPct: 5,
  drawdownHaltPct: 10,
  stopsBeforePause: 4,
  messagesPerMinuteSymbol: 600,
  messagesPerMinuteAccount: 3_000,
  messagesPerTenSecondsSymbol: 100,
  messagesPerTenSecondsAccount: 500,
  repeatedFillsPerMinute: 20,
  repeatedFillsPerTenMinutes: 100,
  ordersPerDaySymbol: 5_000,
  ordersFirstDaySymbol: 5_000,
  edgeMultiple: 2,
  marginReservePct: 5,
  rejectsPerMinuteSymbol: 5,
  rejectsPerFiveMinutesAccount: 20,
  unknownRequestsAccount: 3,
  unknownGraceMs: 60_000,
  protectionGraceMs: 5_000,
};
