/** Nothing was done, lost or refused lately. */
import type { Money } from '../../money/units.ts';
import { ZERO_MONEY } from '../../money/units.ts';
import type { RecentActivity } from '../recent-activity.ts';

export const quietActivity = (equity: Money): RecentActivity => ({
  messagesPerMinute: { symbol: 0, account: 0 },
  messagesPerTenSeconds: { symbol: 0, account: 0 },
  ordersToday: 0,
  isFirstDay: false,
  medianQuantity: {},
  repeatedFills: { perMinute: 0, perTenMinutes: 0 },
  stops: { count: 0, lastAgoMs: null },
  rejects: { symbolMinute: 0, accountFiveMinutes: 0 },
  unknownRequests: 0,
  symbolProfitToday: ZERO_MONEY,
  equity: { dayStart: equity, highest: equity },
  touch: { highestBuy: null, lowestSell: null },
  young: [],
});
