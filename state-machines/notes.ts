/** Records that leave with the next arrangement: switches and risk events, each with its key. */
import type { RecordEntry } from '../core/orders/records.ts';
import type { SymbolContext } from './symbol-context.ts';

type Detail = Readonly<Record<string, string | number>>;

function withRecord(context: SymbolContext, entry: RecordEntry): SymbolContext {
  const counters = { ...context.counters, record: context.counters.record + 1 };
  return { ...context, counters, records: [...context.records, entry] };
}

const nextKey = (context: SymbolContext): string =>
  `${context.prefix?.epoch ?? 0}-${context.counters.record}`;

export function noteRisk(
  context: SymbolContext,
  code: string,
  severity: 'info' | 'warning' | 'critical',
  detail: Detail,
): SymbolContext {
  const key = nextKey(context);
  return withRecord(context, {
    kind: 'riskEvent',
    key,
    code,
    severity,
    detail,
    eventTime: context.marketTime,
  });
}

/** A switch of the top-level state, with what happens to orders and inventory. */
export function noteSwitch(context: SymbolContext, to: string): SymbolContext {
  if (context.top === to) return context;
  const key = nextKey(context);
  return withRecord(
    { ...context, top: to },
    {
      kind: 'strategySwitch',
      key,
      from: context.top,
      to,
      reason: switchReason(context, to),
      regime: context.regime,
      handover: handover(context),
      eventTime: context.marketTime,
    },
  );
}

function switchReason(context: SymbolContext, to: string): string {
  if (to === 'halted') return context.halt?.reason ?? 'halted';
  if (to === 'stopped') return context.stopping?.reason ?? 'stopped';
  if (context.exitNow !== null) return context.exitNow;
  if (context.breakout) return 'the price left the corridor of the grid';
  return context.decision?.reason ?? 'start';
}

function handover(context: SymbolContext): string {
  if (context.position.quantity !== '0') return 'inventory is kept under its protective stop';
  return Object.keys(context.orders).length > 0 ? 'orders are cancelled' : 'nothing to hand over';
}
