/** Keys of a paper account. They guard nothing: the venue and its clients only meet on loopback. */
import { createHash } from 'node:crypto';

export type PaperKeys = {
  readonly apiKey: string;
  readonly secret: string;
  readonly account: string;
};

export const paperKeys = (account: string): PaperKeys => ({
  account,
  apiKey: `tidegate-${account}`,
  secret: createHash('sha256').update(`tidegate paper account ${account}`).digest('hex'),
});
