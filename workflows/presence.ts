/** How a symbol shows itself in the Temporal Web UI: details in words, search attributes. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SymbolStatus } from '../core/market/watch.ts';
import type { SymbolRef } from '../core/orders/order.ts';
import type { SymbolSnapshot } from '../state-machines/advance.ts';
import { symbolStatus } from '../state-machines/watch-spec.ts';
import { SEARCH_ATTRIBUTES } from './messages.ts';

/** Details cost no history; attributes cost an event and are written only when they changed. */
export function createPresence(
  ref: SymbolRef,
): (snapshot: SymbolSnapshot, searchable: boolean) => void {
  let shown = '';
  return (snapshot, searchable) => {
    const status = symbolStatus(snapshot);
    setCurrentDetails(describe(ref, status));
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

function describe(ref: SymbolRef, status: SymbolStatus): string {
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
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
  return `### ${ref.symbol} on ${ref.account} at ${ref.venue}\n\n| | |\n|-|-|\n${table}`;
}
