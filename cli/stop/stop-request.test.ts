import { expect, test } from 'vitest';
import { levelOf, symbolsOf } from './stop-request.ts';

test.each([
  [{}, undefined],
  [{ symbols: 'BTCUSDT' }, ['BTCUSDT']],
  [{ symbols: 'BTCUSDT, ETH/USDT:USDT,BTCUSDT' }, ['BTCUSDT', 'ETHUSDT']],
])('symbols of %j', (options, symbols) => {
  expect(symbolsOf(options)).toEqual(symbols);
});

test.each(['', 'btcusdt', 'BTCUSDT,', 'BTC/USDT'])('"%s" names no symbols', (symbols) => {
  expect(() => symbolsOf({ symbols })).toThrow('expected a symbol such as BTCUSDT');
});

const LEVELS = ['HALT', 'HALT_AND_FLATTEN'] as const;

test.each([
  [{}, 'HALT'],
  [{ level: 'halt' }, 'HALT'],
  [{ level: 'halt-and-flatten' }, 'HALT_AND_FLATTEN'],
])('level of %j', (options, level) => {
  expect(levelOf(options, LEVELS)).toBe(level);
});

test.each(['', 'PAUSE', 'HALTED'])('"%s" is no level', (level) => {
  expect(() => levelOf({ level }, LEVELS)).toThrow('expected HALT, HALT_AND_FLATTEN');
});
