/** One thing on which the venue's journal and the ledger disagree, in words. */
export type Difference = {
  readonly check: string;
  /** Client id, trade id, symbol: what it is about. */
  readonly subject: string;
  readonly detail: string;
};
