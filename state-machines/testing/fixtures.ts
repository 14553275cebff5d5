/** Plans, reports and events for tests of machine and process: small, exact, deterministic. */
import type { MachineSettings } from '../../core/orders/machine-settings.ts';
import type { MarketEvent, MarketFeatures } from '../../core/market/features.ts';
import type { Quote } from '../../core/market/market.ts';
import type { Fill, OrderIntent } from '../../core/orders/order.ts';
import type { ReconcileReport } from '../../core/orders/reconcile.ts';
import type { MoneyText, PriceText, QuantityText } from '../../core/money/units.ts';
import type { Evaluation, GridLevel, GridPlan, ScalpPlan } from '../../core/strategies/plans.ts';

export const p = (text: string): PriceText => text as PriceText;
export const q = (text: string): QuantityText => text as QuantityText;
const m = (text: string): MoneyText => text as MoneyText;

export const PREFIX = { instance: 'test', symbolCode: 'abcde', epoch: 1 } as const;

export const aQuote = (time = 1_000, mid = 100): Quote => ({
  time,
  bid: p(String(mid - 0.1)),
  ask: p(String(mid + 0.1)),
  mark: p(String(mid)),
});

const FEATURES: MarketFeatures = {
  marketTime: 1_000,
  byTimeframe: { '1m': null, '5m': null, '15m': null, '1h': null, '4h': null, '1d': null },
};

export const barClosed = (time = 1_000): MarketEvent => ({
  kind: 'barClosed',
  time,
  quote: aQuote(time),
  features: { ...FEATURES, marketTime: time },
});

const level = (index: number): GridLevel => ({
  index,
  side: index < 0 ? 'buy' : 'sell',
  price: p(String(100 + index)),
  counterPrice: p(String(100 + index + (index < 0 ? 0.5 : -0.5))),
  quantity: q('1'),
});

const aGridPlan = (levelsPerSide = 1, planId = 'g1'): GridPlan => ({
  planId,
  centre: p('100'),
  step: p('1'),
  levels: Array.from({ length: levelsPerSide }, (_, i) => [level(-(i + 1)), level(i + 1)]).flat(),
  stops: {
    lower: { triggerPrice: p('96.5'), quantity: q(String(levelsPerSide)) },
    upper: { triggerPrice: p('103.5'), quantity: q(String(levelsPerSide)) },
  },
  breakout: { lower: p('97'), upper: p('103') },
  worstNotional: m('100'),
  resetProfit: m('1'),
  unwindLimitMs: 60_000,
  createdAt: 1_000,
});

export const aScalpPlan = (planId = 's1'): ScalpPlan => ({
  planId,
  side: 'buy',
  quantity: q('1'),
  entryPrice: p('100.1'),
  stopPrice: p('99.7'),
  targetPrice: p('100.6'),
  trail: { activateAt: p('100.3'), distance: p('0.3'), step: p('0.1') },
  holdUntil: 901_000,
  cooldownMs: 60_000,
  confidence: 0.8,
  createdAt: 1_000,
});

export const anEvaluation = (change: Partial<Evaluation>): Evaluation => ({
  decisionId: 'd1',
  strategy: 'standby',
  regime: 'undecided',
  reading: { regime: 'undecided', volatility: 'low', confidence: 1, reasons: {} },
  regimeState: {
    confirmed: 'undecided',
    since: 0,
    candidate: 'undecided',
    confirmations: 1,
    switchTimes: [],
  },
  gridPlan: null,
  scalpPlan: null,
  code: 'GRID_KEPT',
  reason: 'a test says so',
  ...change,
});

export const gridEvaluation = (levelsPerSide = 1): Evaluation =>
  anEvaluation({
    strategy: 'rangingGrid',
    regime: 'ranging',
    gridPlan: aGridPlan(levelsPerSide),
  });

export const scalpEvaluation = (): Evaluation =>
  anEvaluation({ strategy: 'trendingScalp', regime: 'trendingUp', scalpPlan: aScalpPlan() });

export const SETTINGS: MachineSettings = {
  tickSize: p('0.1'),
  protectionStopBps: 350,
  unwindLimitMs: 60_000,
  protectionGraceMs: 5_000,
  retryMs: 1_000,
  unknownGraceMs: 60_000,
  collarMovePct: 10,
  amendsInPlace: true,
  lockstep: false,
};

export const aCleanReport = (
  change: Partial<Extract<ReconcileReport, { kind: 'clean' }>> = {},
): ReconcileReport => ({
  kind: 'clean',
  positionQuantity: q('0'),
  entryPrice: null,
  realisedProfit: m('0'),
  standing: [],
  foreign: 0,
  quote: aQuote(),
  cursor: { ledgerSeq: 0, marketTime: 0 },
  settings: SETTINGS,
  ...change,
});

/** A fill of `quantity` at the intent's own price (or the given one), without a fee. */
export const aFill = (
  intent: OrderIntent,
  quantity: string,
  tradeId: string,
  price: string = intent.price ?? intent.triggerPrice ?? '100',
): Fill => ({
  tradeId,
  orderId: `v-${intent.clientOrderId}`,
  clientOrderId: intent.clientOrderId,
  side: intent.side,
  price: p(price),
  quantity: q(quantity),
  fee: m('0'),
  feeAsset: 'USDT',
  maker: true,
  realisedProfit: m('0'),
  eventTime: 1_000,
});
