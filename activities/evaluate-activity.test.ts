import { expect, test } from 'vitest';
import {
  TRENDING_DOWN,
  TRENDING_UP,
  exampleFeatures,
} from '../core/indicators/example-features.ts';
import { instrumentOf } from '../core/market/instruments.ts';
import type { Regime } from '../core/regime/regime.ts';
import type { EvaluateRequest } from '../core/strategies/plans.ts';
import { DEFAULT_STRATEGY_CONFIG } from '../core/strategies/strategy-config.ts';
import { p } from '../state-machines/testing/fixtures.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { createEvaluateActivity } from './evaluate-activity.ts';

const REF = { account: 'paper', venue: 'binance-usdm', symbol: 'BTCUSDT' };

const UP = { '5m': TRENDING_UP, '15m': TRENDING_UP, '1h': TRENDING_UP };
const DOWN = { '5m': TRENDING_DOWN, '15m': TRENDING_DOWN, '1h': TRENDING_DOWN };

const inForce = (confirmed: Regime) => ({
  confirmed,
  since: 0,
  candidate: confirmed,
  confirmations: 0,
  switchTimes: [],
});

/** Evaluates and answers the decision with what was stored as its outputs. */
async function decide(changes: Partial<EvaluateRequest>) {
  const stored: { outputs: unknown }[] = [];
  const deps = {
    gateway: {
      rules: async () => instrumentOf(REF.symbol),
      equity: async () => ({ equity: '10000' }),
    },
    journal: {
      recordDecision: async (_ref: unknown, row: { outputs: unknown }) => stored.push(row),
    },
    strategyConfig: () => DEFAULT_STRATEGY_CONFIG,
  } as unknown as ActivityDeps;
  const request: EvaluateRequest = {
    trigger: 'entryTriggered',
    entrySide: null,
    marketTime: 3_600_000,
    quote: { time: 3_600_000, bid: p('59999.9'), ask: p('60000'), mark: p('60000') },
    features: exampleFeatures(),
    regimeState: null,
    state: 'trendingScalp',
    busy: false,
    flat: true,
    grid: null,
    decisionSeq: 7,
    epoch: 3,
    ...changes,
  };
  const evaluation = await createEvaluateActivity(deps).evaluateSignal({ ref: REF, request });
  return { evaluation, outputs: stored[0]?.outputs };
}

test('a scalp is stored with its rule confidence, and with no score of a model', async () => {
  const momentum = { rsi: 62, momentumPct: 0.4, volumeRatio: 1.6 };
  const features = exampleFeatures({ '1m': momentum, ...UP });
  const entry = await decide({ features, entrySide: 'buy', regimeState: inForce('trendingUp') });
  expect(entry.evaluation.code).toBe('SCALP_ENTRY');
  expect(entry.outputs).toMatchObject({
    rule_confidence: entry.evaluation.scalpPlan?.confidence,
    ml_score: null,
  });
  expect(entry.evaluation.scalpPlan?.confidence).toBeGreaterThan(0.75);
});

test('so is one that is not confident enough, downwards too', async () => {
  const waiting = await decide({
    features: exampleFeatures(DOWN),
    regimeState: inForce('trendingDown'),
  });
  expect(waiting.evaluation.code).toBe('SCALP_WAIT');
  const [, said] = /Confidence is ([\d.]+) by/.exec(waiting.evaluation.reason) ?? [];
  expect(waiting.outputs).toMatchObject({ rule_confidence: Number(said), ml_score: null });
});

test('a decision about a grid has none', async () => {
  const { evaluation, outputs } = await decide({
    state: 'rangingGrid',
    regimeState: inForce('ranging'),
  });
  expect(evaluation.strategy).toBe('rangingGrid');
  expect(outputs).toMatchObject({ rule_confidence: null, ml_score: null });
});
