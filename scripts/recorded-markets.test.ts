import { describe, expect, test } from 'vitest';
import {
  compareFigures,
  figuresFromMinutes,
  medianFigures,
} from '../core/market/market-figures.ts';
import { RECORDED_BTC, RECORDED_MINUTE_BARS } from '../core/market/recorded-figures.ts';
import { createReplaySource } from '../core/market/replay.ts';
import { instrumentOf } from '../core/market/instruments.ts';
import { createSyntheticSource } from '../core/market/synthetic.ts';
import { hasRecordedMarkets, recordedFigures, recordedFiveMinutes } from './recorded-markets.ts';

describe.skipIf(!hasRecordedMarkets)(
  'recorded data (skipped: the folder ../shared/data is absent)',
  () => {
    test('still has the figures that the synthetic market is calibrated to', () => {
      for (const [figure, value] of Object.entries(recordedFigures('BTCUSDT'))) {
        expect(Number(value.toPrecision(3)), figure).toBe(RECORDED_BTC[figure]);
      }
    });

    test('and the synthetic BTC market are alike', () => {
      const figures = [11, 12, 13, 14, 15].map((seed) => {
        const startTime = Date.UTC(2026, seed, 1);
        const source = createSyntheticSource({
          seed,
          symbols: ['BTCUSDT'],
          startTime,
          historyDays: 90,
        });
        return figuresFromMinutes(source.history('BTCUSDT'), RECORDED_MINUTE_BARS);
      });
      const rows = compareFigures(medianFigures(figures), recordedFigures('BTCUSDT'));
      expect(rows.filter((row) => !row.within)).toEqual([]);
      expect(rows.length).toBeGreaterThan(20);
    });

    test('replays day for day', () => {
      const bars = recordedFiveMinutes('ETHUSDT').slice(0, 2 * 288);
      const rules = [instrumentOf('ETHUSDT')];
      const startTime = bars[288]!.openTime;
      const options = { bars: { ETHUSDT: bars }, timeframe: '5m', rules, startTime } as const;
      const source = createReplaySource({ ...options, path: 'adaptive', stepsPerBar: 4 });
      let steps = 0;
      while (source.next() !== undefined) steps += 1;
      const minutes = source.history('ETHUSDT');
      expect(minutes.at(0)?.openTime).toBe(bars[0]!.openTime);
      expect(minutes.at(-1)?.close).toBe(bars[287]!.close);
      expect(minutes.length, 'its last trade is in the last minute but one').toBe(1_439);
      expect(steps).toBe(288 * 4);
    });
  },
);
