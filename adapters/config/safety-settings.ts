/** `safety`: what watches over the account beside the limits. All wall time. */
import { duration, textList, whole } from './settings.ts';

export const safety = {
  expected_builds: textList(
    'Commits of which a worker may run; empty: any',
    /^[0-9a-f]{7,40}$/,
    'a list of commit ids, 7 to 40 hexadecimal digits each, as text',
  ),
  reconcile_interval_s: duration('wall time', 'Between two comparisons of ledger and exchange', {
    min: 5,
    max: 3_600,
    default: 60,
  }),
  dead_man_timer_s: duration(
    'wall time',
    'After which the exchange itself cancels the ordinary orders of a flat symbol that nobody renews; 0: off. It may take protective stops with it: docs/KILL-SWITCH.md',
    { min: 0, max: 3_600, default: 0 },
  ),
  rehearsal_interval_h: whole(
    'Hours between two rehearsals of the kill switch, on paper alone; 0: only when asked (wall time)',
    { min: 0, max: 720, default: 168 },
  ),
};
