/** The report of an emergency stop as people see it. */
import type { EmergencyStopView } from './status-schemas.ts';
import type { StopReport } from './stop-run.ts';
import { isoTime } from './symbol-view.ts';

export const emergencyStopViewOf = (report: StopReport): EmergencyStopView => ({
  halt_id: report.haltId,
  level: report.level,
  latched: report.latched,
  signalled: report.signalled,
  unsignalled: [...report.unsignalled],
  cancelled: report.cancelled,
  still_open: report.stillOpen,
  protective_stops_kept: report.protectiveStopsKept,
  foreign_orders: report.foreignOrders,
  confirmed_at: report.confirmedAt === null ? null : isoTime(report.confirmedAt),
});
