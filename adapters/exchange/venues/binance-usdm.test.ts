import { expect, test } from 'vitest';
import { clientOrderId } from '../../../core/orders/client-order-id.ts';
import { classifyCode } from '../errors.ts';
import { assertClientId } from '../venue-table.ts';
import { BINANCE_USDM } from './binance-usdm.ts';

const kindOf = (code: number, text = 'text') => classifyCode(String(code), text).kind;

/** What the paper venue refuses with, and what the real one does besides. */
const REFUSALS = [
  -1003, -1013, -1015, -1021, -1022, -1100, -1102, -1106, -1111, -1115, -1116, -1117, -1121, -1130,
  -2010, -2011, -2013, -2014, -2015, -2018, -2019, -2021, -2022, -2025, -2027, -2028, -4001, -4006,
  -4014, -4015, -4016, -4023, -4024, -4045, -4046, -4059, -4120, -4130, -4131, -4136, -4137, -4141,
  -4161, -4164, -4509, -5021, -5022, -5027, -5028,
];

test.each(REFUSALS)('%i is a refusal', (code) => {
  expect(kindOf(code)).toBe('rejected');
});

test.each([0, 200, -1000, -1001, -1006, -1007, -1008, -1010, -1099, -3000, -4083, -4999, -6000])(
  '%i is not definite',
  (code) => {
    expect(kindOf(code)).toBe('unknown');
  },
);

test.each(['', 'NaN', '-40x5', '-4015.5e', '--4015'])('"%s" is no code', (code) => {
  expect(classifyCode(code, 'text').kind).toBe('unknown');
});

test('duplicates are named by code, or by code and text', () => {
  expect(kindOf(-4116)).toBe('duplicate');
  expect(kindOf(-20132)).toBe('duplicate');
  expect(kindOf(-2010, 'Duplicate order sent.')).toBe('duplicate');
});

test('the ids that we derive fit', () => {
  const id = clientOrderId({ instance: 'zzzz', symbolCode: 'zzzzz', epoch: 1 }, 36 ** 7 - 1);
  expect(() => assertClientId(BINANCE_USDM, id)).not.toThrow();
});
