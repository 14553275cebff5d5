/** The synthetic market under more names than it has instruments, for measurements with many symbols. */
import { INSTRUMENTS } from '../../core/market/instruments.ts';
import type { InstrumentRules, MarketSource, MarketStep } from '../../core/market/market.ts';
import { createSyntheticSource } from '../../core/market/synthetic.ts';

export type ClonedMarketOptions = {
  /** How many symbols, 1 or more; beyond the real ones each is a copy such as `BTC2USDT`. */
  readonly symbols: number;
  readonly seed: number;
  readonly startTime: number;
  /** Market time between two trades of a symbol. */
  readonly stepMs: number;
  readonly historyDays: number;
};

type Clone = { readonly symbol: string; readonly original: string };

/** A clone trades exactly as its original: same prices, same times, another name. */
export function createClonedMarket(options: ClonedMarketOptions): MarketSource {
  const clones = clonesOf(options.symbols);
  const originals = [...new Set(clones.map((clone) => clone.original))];
  const source = createSyntheticSource({ ...options, symbols: originals });
  const byOriginal = Map.groupBy(clones, (clone) => clone.original);
  const originalOf = new Map(clones.map(({ symbol, original }) => [symbol, original]));
  const history = remember((original: string) => source.history(original));
  return {
    instruments: clones.map((clone) => rulesOf(clone)),
    startTime: source.startTime,
    historyTimeframe: source.historyTimeframe,
    history: (symbol) => history(originalOf.get(symbol) ?? symbol),
    next: createStepper(source, byOriginal),
  };
}

/** Names of the symbols of a market of this size, in its order. */
export const clonedSymbols = (count: number): string[] =>
  clonesOf(count).map(({ symbol }) => symbol);

function clonesOf(count: number): Clone[] {
  return Array.from({ length: count }, (_, i) => {
    const rules = INSTRUMENTS[i % INSTRUMENTS.length];
    const copy = Math.floor(i / INSTRUMENTS.length) + 1;
    const name = rules?.base ?? '';
    const original = `${name}USDT`;
    return { original, symbol: copy === 1 ? original : `${name}${copy}USDT` };
  });
}

function rulesOf({ symbol, original }: Clone): InstrumentRules {
  const rules = INSTRUMENTS.find((entry) => entry.symbol === original);
  if (rules === undefined) throw new Error(`no instrument ${original}`);
  return { ...rules, symbol, base: symbol.slice(0, -'USDT'.length) };
}

/** All steps of one market time, in the order of their names, as a source must give them. */
function createStepper(
  source: MarketSource,
  byOriginal: ReadonlyMap<string, readonly Clone[]>,
): () => MarketStep | undefined {
  let ahead = source.next();
  const round: MarketStep[] = [];
  return () => {
    if (round.length === 0) {
      const time = ahead?.time;
      while (ahead !== undefined && ahead.time === time) {
        const step = ahead;
        round.push(...clonedSteps(step, byOriginal.get(step.symbol) ?? []));
        ahead = source.next();
      }
      round.sort((a, b) => (a.symbol < b.symbol ? 1 : -1));
    }
    return round.pop();
  };
}

const clonedSteps = (step: MarketStep, clones: readonly Clone[]): MarketStep[] =>
  clones.map(({ symbol }) => ({ ...step, symbol }));

function remember<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}
