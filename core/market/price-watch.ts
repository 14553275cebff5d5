/** How the mid of one symbol moved lately: a record of its quotes in market time, kept by a feed. */
import type { EpochMs } from './market.ts';

/** What the gate sees of the record. */
export type PriceMoves = {
  /** Highest less lowest mid of the last 60 s of market time, in percent of the lowest. */
  readonly rangePct: number;
  /** A jump that neither three quotes in a row have confirmed nor a return has undone. */
  readonly jump: PriceJump | null;
};

export type PriceJump = {
  /** Distance from the mid before it, in percent. */
  readonly pct: number;
  /** The same in standard deviations of the returns between quotes; 0 while too few are known. */
  readonly sigmas: number;
};

type OpenJump = PriceJump & {
  readonly from: number;
  readonly to: number;
  readonly confirmations: number;
};

export type PriceRecord = {
  /** Lowest and highest mid of each second that had a quote, oldest first. */
  readonly seconds: readonly {
    readonly second: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly mid: number | null;
  /** The first second that had a quote: before a minute is known, nothing is said to be calm. */
  readonly since: number | null;
  /** Mean square of the returns, and how many it was made from. */
  readonly variance: number;
  readonly returns: number;
  readonly jump: OpenJump | null;
};

export const NO_PRICES: PriceRecord = {
  seconds: [],
  mid: null,
  since: null,
  variance: 0,
  returns: 0,
  jump: null,
};

const WINDOW_S = 60;
/** No smaller step is a jump, however quiet the market was. */
const JUMP_MIN_PCT = 0.5;
const CONFIRMATIONS = 3;
/** Returns until their deviation says something, and over how many it is weighted. */
const RETURNS_MIN = 100;
const RETURNS_WEIGHTED = 300;

/** `mid` positive; anything else says nothing and is passed over. */
export function afterQuote(record: PriceRecord, time: EpochMs, mid: number): PriceRecord {
  if (!(mid > 0) || !Number.isFinite(mid)) return record;
  const seconds = secondsWith(record.seconds, time, mid);
  const since = record.since ?? seconds.at(-1)?.second ?? null;
  return { ...afterMid(record, mid), seconds, since, mid };
}

/** P4c: whether the range of a minute left the collar (percent) or is back; undefined: no news. */
export function collarNews(
  record: PriceRecord,
  { movePct, isExceeded }: { readonly movePct: number; readonly isExceeded: boolean },
): 'moved' | 'calm' | undefined {
  const { rangePct } = movesOf(record);
  if (rangePct > movePct) return isExceeded ? undefined : 'moved';
  const newest = record.seconds.at(-1)?.second ?? 0;
  const isKnown = record.since !== null && newest - record.since >= WINDOW_S;
  return isExceeded && isKnown ? 'calm' : undefined;
}

export function movesOf({ seconds, jump }: PriceRecord): PriceMoves {
  const lowest = Math.min(...seconds.map(({ low }) => low));
  const highest = Math.max(...seconds.map(({ high }) => high));
  return {
    rangePct: seconds.length === 0 ? 0 : ((highest - lowest) / lowest) * 100,
    jump: jump === null ? null : { pct: jump.pct, sigmas: jump.sigmas },
  };
}

/** A quote that comes late counts for the newest second. */
function secondsWith(
  seconds: PriceRecord['seconds'],
  time: EpochMs,
  mid: number,
): PriceRecord['seconds'] {
  const newest = seconds.at(-1);
  const second = Math.max(Math.floor(time / 1_000), newest?.second ?? 0);
  if (newest?.second !== second) {
    const within = seconds.filter((one) => one.second >= second - WINDOW_S);
    return [...within, { second, low: mid, high: mid }];
  }
  if (mid >= newest.low && mid <= newest.high) return seconds;
  const widened = { second, low: Math.min(mid, newest.low), high: Math.max(mid, newest.high) };
  return [...seconds.slice(0, -1), widened];
}

function afterMid(record: PriceRecord, mid: number): PriceRecord {
  const { mid: last, jump } = record;
  if (last === null) return record;
  if (jump !== null) return afterJump(record, jump, mid);
  return isJump(last, mid)
    ? { ...record, jump: jumpBetween(record, last, mid) }
    : withReturn(record, last, mid);
}

/** Within half the jump the new level is confirmed or the old one is back; beyond, it went on. */
function afterJump(record: PriceRecord, jump: OpenJump, mid: number): PriceRecord {
  const { from, to, confirmations } = jump;
  const half = Math.abs(to - from) / 2;
  if (Math.abs(mid - to) <= half) {
    if (confirmations + 1 === CONFIRMATIONS) return { ...withReturn(record, from, to), jump: null };
    return { ...record, jump: { ...jump, confirmations: confirmations + 1 } };
  }
  if (Math.abs(mid - from) <= half || !isJump(from, mid)) return { ...record, jump: null };
  return { ...record, jump: jumpBetween(record, from, mid) };
}

const isJump = (from: number, to: number): boolean =>
  Math.abs(to - from) * 100 >= from * JUMP_MIN_PCT;

function jumpBetween({ variance, returns }: PriceRecord, from: number, to: number): OpenJump {
  const size = Math.abs(to - from) / from;
  const sigmas = returns < RETURNS_MIN ? 0 : size / Math.sqrt(variance);
  return { pct: size * 100, sigmas, from, to, confirmations: 0 };
}

function withReturn(record: PriceRecord, from: number, to: number): PriceRecord {
  const returns = Math.min(record.returns + 1, RETURNS_WEIGHTED);
  const square = ((to - from) / from) ** 2;
  return { ...record, returns, variance: record.variance + (square - record.variance) / returns };
}
