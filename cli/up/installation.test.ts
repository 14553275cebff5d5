import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  nextInstallation,
  readInstallation,
  rememberedInstance,
  writeInstallation,
} from './installation.ts';

const wanted = { account: 'paper', accountIsChosen: false, symbols: ['BTCUSDT'], reset: false };

test('the first start takes account and symbols as they are configured', () => {
  expect(nextInstallation(undefined, wanted)).toEqual({ account: 'paper', symbols: ['BTCUSDT'] });
});

test('a later start adds symbols and removes none', () => {
  const known = { account: 'paper', symbols: ['ETHUSDT', 'BTCUSDT'] };
  const next = nextInstallation(known, { ...wanted, symbols: ['BTCUSDT', 'SOLUSDT'] });
  expect(next).toEqual({ account: 'paper', symbols: ['ETHUSDT', 'BTCUSDT', 'SOLUSDT'] });
});

test('a reset opens the next account and keeps only the symbols of this start', () => {
  const first = nextInstallation({ account: 'paper', symbols: ['X1'] }, { ...wanted, reset: true });
  expect(first).toEqual({ account: 'paper-2', symbols: ['BTCUSDT'] });
  expect(nextInstallation(first, { ...wanted, reset: true }).account).toBe('paper-3');
});

test('the account of a reset stays at the next start, unless a person names another', () => {
  const known = { account: 'paper-2', symbols: ['BTCUSDT'] };
  expect(nextInstallation(known, wanted).account).toBe('paper-2');
  const chosen = { ...wanted, account: 'demo', accountIsChosen: true, symbols: ['ETHUSDT'] };
  expect(nextInstallation(known, chosen)).toEqual({ account: 'demo', symbols: ['ETHUSDT'] });
});

test('the instance stays with its account and goes with it', () => {
  const known = { account: 'paper', symbols: ['X1'], instance: 'ab12' };
  expect(nextInstallation(known, wanted)).toMatchObject({ account: 'paper', instance: 'ab12' });
  expect(nextInstallation(known, { ...wanted, reset: true })).not.toHaveProperty('instance');
  const chosen = { ...wanted, account: 'demo', accountIsChosen: true };
  expect(nextInstallation(known, chosen)).not.toHaveProperty('instance');
});

test('the instance is remembered for its account only; a damaged note is none', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tidegate-installation-')), 'installation.json');
  onTestFinished(() => rmSync(dirname(path), { recursive: true }));
  expect(rememberedInstance(path, 'paper')).toBeNull();
  writeInstallation(path, { account: 'paper', symbols: [], instance: 'ab12' });
  expect(rememberedInstance(path, 'paper')).toBe('ab12');
  expect(rememberedInstance(path, 'demo')).toBeNull();
  writeFileSync(path, '{"account":"paper","symbols":[],"instance":"no instance"}');
  expect(rememberedInstance(path, 'paper')).toBeNull();
});

test('what was written is read again; a damaged file is named, not guessed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-installation-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'installation.json');
  expect(readInstallation(path)).toBeUndefined();
  writeInstallation(path, { account: 'paper', symbols: ['BTCUSDT'] });
  expect(readInstallation(path)).toEqual({ account: 'paper', symbols: ['BTCUSDT'] });
  writeFileSync(path, '{ "account"');
  expect(() => readInstallation(path)).toThrow(path);
});
