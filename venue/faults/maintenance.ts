/** Maintenance: while the fault stands, nothing is matched and no socket is open. */
import type { Exchange } from '../exchange.ts';
import type { StreamHub } from '../streams/stream-hub.ts';
import type { Faults } from './faults.ts';

/** Follows the fault. The symbols that were on BREAK before stay so after it. */
export function followMaintenance(faults: Faults, exchange: Exchange, hub: StreamHub): void {
  let halted: readonly string[] | undefined;
  const setAll = (symbols: readonly string[], status: 'TRADING' | 'BREAK'): void => {
    const time = exchange.marketTime;
    for (const symbol of symbols) exchange.impose({ type: 'setStatus', time, symbol, status });
  };
  faults.onChange(() => {
    if (faults.has('maintenance') === (halted !== undefined)) return;
    if (halted !== undefined) {
      setAll(halted, 'TRADING');
      halted = undefined;
      return;
    }
    const listed = [...exchange.state.symbols.values()];
    halted = listed
      .filter(({ status }) => status === 'TRADING')
      .map(({ instrument }) => instrument.symbol);
    setAll(halted, 'BREAK');
    hub.disconnect(undefined);
  });
}
