/** Random orders, disk faults and crashes: what was acknowledged is there, and the journal is proven. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureDefined } from '../core/assert.ts';
import type { Side } from '../core/market/market.ts';
import type { Place } from '../core/matching/commands.ts';
import { findOrder } from '../core/matching/queries.ts';
import { exportState } from '../core/matching/snapshot.ts';
import { VenueError } from './errors.ts';
import type { ExchangeCommand } from './exchange.ts';
import { verifyJournal } from './journal/verify.ts';
import { openVenue } from './opening.ts';
import type { OpenVenue } from './opening.ts';
import { parseVenueSettings } from './options.ts';
import { KEYS } from './testing/keys.ts';
import { scriptedMarket, START } from './testing/scripted-market.ts';

const ACCOUNTS = ['one', 'two'];
const PRICES = Array.from({ length: 400 }, (_, i) => 50_000 * (1 + Math.sin(i / 3) / 200));
let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-durability-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Action =
  | { readonly kind: 'command'; readonly command: ExchangeCommand }
  | { readonly kind: 'step' | 'crash' | 'tear' | 'full' | 'freed' | 'snapshot' | 'clock' };

const base = fc.record({
  accountId: fc.constantFrom(...ACCOUNTS),
  symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT'),
  time: fc.constant(START),
});
const side = fc.constantFrom<Side[]>('buy', 'sell');
const quantity = fc.constantFrom('0.01', '0.02', '0.5', '40');
/** Around both markets, in percent of their price. */
const away = fc.integer({ min: -8, max: 8 }).map((tenths) => tenths / 1_000);
const priceOn = (symbol: string, share: number): string =>
  ((symbol === 'BTCUSDT' ? 50_000 : 3_000) * (1 + share)).toFixed(1);

const place = fc
  .record({ base, side, quantity, away, limit: fc.boolean(), reduceOnly: fc.boolean() })
  .map(({ base: at, limit, away: share, ...rest }): Place => ({
    type: 'place',
    ...at,
    ...rest,
    ...(limit ? { orderType: 'LIMIT', price: priceOn(at.symbol, share) } : { orderType: 'MARKET' }),
  }));
const stop = fc
  .record({ base, side, quantity, away, reduceOnly: fc.boolean() })
  .map(({ base: at, away: share, ...rest }): ExchangeCommand => ({
    type: 'placeConditional',
    ...at,
    ...rest,
    orderType: share > 0 ? 'STOP_MARKET' : 'TRAILING_STOP_MARKET',
    triggerPrice: priceOn(at.symbol, share),
    callbackRatePct: '0.2',
  }));
const other = base.chain((at) =>
  fc.constantFrom<ExchangeCommand[]>(
    { type: 'cancelAll', ...at },
    { type: 'cancelAllConditional', ...at },
    { type: 'setLeverage', ...at, leverage: 10 },
    { type: 'liquidate', ...at },
    { type: 'deleverage', ...at, quantity: '0.01' },
    { type: 'funding', ...at, rate: '0.0005' },
    { type: 'setCountdown', ...at, deadline: START + 1_000 },
  ),
);
const command = fc
  .oneof(
    { weight: 6, arbitrary: place },
    { weight: 2, arbitrary: stop },
    { weight: 2, arbitrary: other },
  )
  .map((one): Action => ({ kind: 'command', command: one }));
const happening = fc
  .constantFrom<Action['kind'][]>(
    'step',
    'step',
    'step',
    'crash',
    'tear',
    'full',
    'freed',
    'snapshot',
  )
  .map((kind) => ({ kind }) as Action);
const life = fc.array(
  fc.oneof({ weight: 3, arbitrary: command }, { weight: 2, arbitrary: happening }),
  { maxLength: 70, size: 'max' },
);

/** A venue whose process can be lost at any time. */
class Mortal {
  readonly path = join(folder, `${(files += 1)}.jsonl`);
  readonly market = scriptedMarket({ BTCUSDT: PRICES, ETHUSDT: PRICES.map((price) => price / 16) });
  readonly acknowledged: string[] = [];
  readonly refused: string[] = [];
  venue: OpenVenue = this.#open();
  #orders = 0;

  play(action: Action): void {
    if (action.kind === 'command') return this.#submit(action.command);
    if (action.kind === 'full') this.venue.faults.add({ kind: 'fullDisk', probability: 1 });
    if (action.kind === 'freed') this.venue.faults.clear(undefined);
    if (action.kind === 'snapshot') this.venue.exchange.recordSnapshot();
    if (action.kind === 'step')
      this.venue.exchange.step(ensureDefined(this.market.next(), 'a step'));
    if (action.kind === 'tear') appendFileSync(this.path, '{"seq":17,"wallTime":1,"ki');
    if (action.kind === 'crash' || action.kind === 'tear') this.crash();
  }

  crash(): void {
    this.end();
    this.venue = this.#open();
  }

  /** Closes the files and leaves them as they are. */
  end(): void {
    this.venue.faults.add({ kind: 'fullDisk', probability: 1 });
    this.venue.closeFiles();
  }

  isKnown(clientOrderId: string): boolean {
    const { state } = this.venue.exchange;
    return ACCOUNTS.some((account) =>
      ['BTCUSDT', 'ETHUSDT'].some(
        (symbol) =>
          findOrder(state, account, symbol, { origClientOrderId: clientOrderId }) !== undefined,
      ),
    );
  }

  #submit(told: ExchangeCommand): void {
    const newClientOrderId = `o${(this.#orders += 1)}`;
    const one = told.type === 'place' ? { ...told, newClientOrderId } : told;
    try {
      const reply = this.venue.exchange.submit(one);
      if (one.type !== 'place') return;
      if (reply.ok) this.acknowledged.push(newClientOrderId);
      else this.refused.push(newClientOrderId);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      if (error.message === 'Service Unavailable.') this.refused.push(newClientOrderId);
    }
  }

  #open(): OpenVenue {
    const settings = parseVenueSettings({
      journalPath: this.path,
      apiKeys: [{ ...KEYS, account: 'one' }],
      accounts: ACCOUNTS.map((id) => ({ id, balance: '50000' })),
    });
    const quiet = { BTCUSDT: [50_000], ETHUSDT: [3_000] };
    return openVenue(
      settings,
      () => scriptedMarket(quiet),
      () => START,
    );
  }
}

/** Files and a busy machine. */
const TIMEOUT_MS = 60_000;

test(
  'what was acknowledged survives, what was refused never was, and the journal is proven',
  () => {
    fc.assert(
      fc.property(life, (actions) => {
        const mortal = new Mortal();
        for (const action of [{ kind: 'step' } as const, { kind: 'step' } as const, ...actions]) {
          mortal.play(action);
        }
        mortal.crash();
        expect(mortal.acknowledged.filter((id) => !mortal.isKnown(id))).toEqual([]);
        expect(mortal.refused.filter((id) => mortal.isKnown(id))).toEqual([]);
        const { contradictions } = verifyJournal(mortal.path);
        expect(contradictions).toEqual([]);
        mortal.end();
      }),
      { numRuns: 30 },
    );
  },
  TIMEOUT_MS,
);

test(
  'the same life gives the same journal, byte for byte',
  () => {
    fc.assert(
      fc.property(life, (actions) => {
        const [one, two] = [new Mortal(), new Mortal()];
        for (const action of [{ kind: 'step' } as const, ...actions]) {
          one.play(action);
          two.play(action);
        }
        expect(exportState(two.venue.exchange.state)).toEqual(
          exportState(one.venue.exchange.state),
        );
        expect(readFileSync(two.path, 'utf8')).toBe(readFileSync(one.path, 'utf8'));
        for (const mortal of [one, two]) mortal.end();
      }),
      { numRuns: 10 },
    );
  },
  TIMEOUT_MS,
);
