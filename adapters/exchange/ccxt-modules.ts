/**
 * ccxt's USD-M exchange class and its error classes, loaded by file.
 *
 * The package exports one entry that loads a hundred venues (about 65 MB and 300 ms a process).
 * The files behind it are reached by path instead; `ccxt-modules.test.ts` fails if they move.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as ccxt from 'ccxt';

type ExchangeClass = (typeof ccxt.pro)['binanceusdm'];
type ErrorClasses = typeof ccxt.errors;

export type CcxtModules = { readonly Exchange: ExchangeClass; readonly errors: ErrorClasses };

let loading: Promise<CcxtModules> | undefined;

/** Loads once per process. */
export function loadCcxt(): Promise<CcxtModules> {
  loading ??= load();
  return loading;
}

async function load(): Promise<CcxtModules> {
  const entry = createRequire(import.meta.url).resolve('ccxt');
  const sources = new URL('../js/src/', pathToFileURL(entry));
  const [exchange, errors] = await Promise.all([
    import(new URL('pro/binanceusdm.js', sources).href) as Promise<{ default: ExchangeClass }>,
    import(new URL('base/errors.js', sources).href) as Promise<ErrorClasses>,
  ]);
  return { Exchange: exchange.default, errors };
}
