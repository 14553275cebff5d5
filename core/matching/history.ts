/** Bounded histories. They grow to twice the limit and are then cut to it, so a cut is rare. */

/** Cuts a list to its newest `limit` entries once it holds twice as many; returns what it cut. */
export function trimHistory<T>(list: T[], limit: number): T[] {
  return list.length < 2 * limit ? [] : list.splice(0, list.length - limit);
}
