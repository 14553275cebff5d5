/** The live view: one line a symbol. Unknown values are shown as `?`, never as zero. */
import type { SymbolStatusLine, TradingStatus } from '../api-client.ts';

/** Older than this (wall) is marked. */
const STALE_AGE_MS = 5_000;
/** Characters of code and words of a symbol that trades. */
const REASON_MAX = 60;

export function statusLines(status: TradingStatus | undefined): string[] {
  if (status === undefined) return ['the API does not answer'];
  const halted = status.latch === 'clear' ? '' : `   EMERGENCY STOP: ${status.latch ?? '?'}`;
  const head = `account ${status.account ?? '?'}   equity ${rounded(status.equity)} USDT${halted}`;
  return [`${head}${marketTimeOf(status)}`, ...status.symbols.map(symbolLine)];
}

function marketTimeOf({ symbols }: TradingStatus): string {
  const newest =
    symbols
      .map(({ market_time }) => market_time ?? '')
      .sort()
      .at(-1) ?? '';
  return newest === '' ? '' : `   market time ${newest.slice(0, 16).replace('T', ' ')}`;
}

function symbolLine(symbol: SymbolStatusLine): string {
  if (symbol.running === false && symbol.state === null) return `${symbol.symbol}  not running`;
  const idle = isIdle(symbol);
  return [
    symbol.symbol.padEnd(9),
    `${symbol.state ?? '?'} (${symbol.regime ?? 'regime ?'})`,
    ...levelOf(symbol),
    `${symbol.open_orders ?? '?'} orders`,
    positionOf(symbol),
    // A narrow terminal cuts the end of the line.
    ...(idle ? reasonOf(symbol) : []),
    `grid ${rounded(symbol.grid_profit)}`,
    `floating ${rounded(symbol.floating_profit)}`,
    `fees ${rounded(symbol.fees)}`,
    ...lastFillOf(symbol),
    ...staleness(symbol),
    ...(idle ? [] : reasonOf(symbol).map(shortened)),
  ].join(' · ');
}

/** Why it is halted, or reduces by itself. */
function levelOf({ level, halt_reason, restraints }: SymbolStatusLine): string[] {
  if (level === null || level === 'ACTIVE') return [];
  const why = [halt_reason, ...restraints].filter((part) => part !== null).join(', ');
  return [why === '' ? level : `${level}: ${why}`];
}

/** While orders or a position stand, it trades. */
const isIdle = ({ open_orders, position }: SymbolStatusLine): boolean =>
  (open_orders ?? 0) === 0 && (position?.side ?? 'FLAT') === 'FLAT';

/** The last decision, by code and in words: why it trades or does not. */
function reasonOf({ decision }: SymbolStatusLine): string[] {
  const said = [decision?.code ?? null, decision?.reason ?? null].filter((part) => part !== null);
  return said.length === 0 ? [] : [said.join(': ')];
}

const shortened = (reason: string): string =>
  reason.length <= REASON_MAX ? reason : `${reason.slice(0, REASON_MAX - 1)}…`;

function positionOf({ position, stop }: SymbolStatusLine): string {
  if (position === null) return 'position ?';
  if (position.side === 'FLAT') return 'flat';
  const distance = stop?.distance_pct ?? null;
  const protection = distance === null ? 'stop ?' : `stop ${distance.toFixed(2)} % away`;
  return `${position.side ?? ''} ${position.quantity ?? '?'} (${protection})`;
}

function lastFillOf({ last_fill: fill }: SymbolStatusLine): string[] {
  if (fill === null) return [];
  const time = fill.time?.slice(11, 19) ?? '?';
  return [`last ${fill.side ?? '?'} ${fill.quantity ?? '?'} at ${fill.price ?? '?'} ${time}`];
}

const staleness = ({ age_ms }: SymbolStatusLine): string[] =>
  age_ms !== null && age_ms > STALE_AGE_MS ? [`${Math.round(age_ms / 1_000)} s old`] : [];

/** Decimal text with two places, for reading only. */
function rounded(value: string | null): string {
  const number = value === null ? Number.NaN : Number(value);
  return Number.isNaN(number) ? '?' : number.toFixed(2);
}
