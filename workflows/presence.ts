/** How a symbol shows itself in the Temporal Web UI: details in words, search attributes. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SymbolStatus } from '../core/market/watch.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { SymbolCarry } from '../state-machines/symbol-carry.ts';
import { symbolStatus } from '../state-machines/watch-spec.ts';
import { SEARCH_ATTRIBUTES } from './messages.ts';

/** Details cost no history; attributes cost an event and are written only when they changed. */
export function createPresence(ref: SymbolRef): (carry: SymbolCarry) => void {
  let shown = '';
  return ({ snapshot, watch: { searchable }, ignored }) => {
    const status = symbolStatus(snapshot);
    setCurrentDetails(describe(ref, status, ignored));
    const key = [status.state.split('.')[0], status.regime, status.haltReason].join();
    if (!searchable || key === shown) return;
    shown = key;
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.symbol, value: ref.symbol },
      { key: SEARCH_ATTRIBUTES.venue, value: ref.venue },
      { key: SEARCH_ATTRIBUTES.tradingState, value: status.state.split('.')[0] ?? status.state },
      { key: SEARCH_ATTRIBUTES.regime, value: status.regime },
      { key: SEARCH_ATTRIBUTES.haltReason, value: status.haltReason },
    ]);
  };
}

function describe(ref: SymbolRef, status: SymbolStatus, ignored: SymbolCarry['ignored']): string {
  const stops = status.protectiveStops.map((s) => `${s.side} at ${s.triggerPrice}`).join(', ');
  const rows = [
    ['State', status.state],
    ['Trading level', status.level + (status.haltReason === null ? '' : `: ${status.haltReason}`)],
    ['Regime', status.regime ?? 'not known yet'],
    ['Last decision', `${status.decisionCode ?? 'none'}: ${status.decisionReason ?? ''}`],
    ['Position', `${status.positionQuantity} at ${status.entryPrice ?? '-'}`],
    ['Open orders', String(status.openOrders)],
    ['Protective stops', stops === '' ? 'none' : stops],
    ['Orders of unknown outcome', String(status.unknownOrders)],
    ['Grid profit', status.gridProfit],
    ...ignoredRow(ignored),
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
  return `### ${ref.symbol} on ${ref.account} at ${ref.venue}\n\n| | |\n|-|-|\n${table}`;
}

/** Nothing is dropped in silence: what came and changed nothing, by kind. */
function ignoredRow(ignored: SymbolCarry['ignored']): readonly (readonly [string, string])[] {
  const counts = Object.entries(ignored).filter(([, count]) => count > 0);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return [];
  const kinds = counts.map(([kind, count]) => `${kind} ${count}`).join(', ');
  return [['Ignored events', `${total} (${kinds})`]];
}
