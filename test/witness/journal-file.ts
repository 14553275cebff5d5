/** Reads the venue's journal as docs/VENUE-JOURNAL.md describes it, with a parser of its own. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { decimal } from './decimal.ts';

const amount = z.string().transform((text) => decimal(text));
const side = z.enum(['buy', 'sell']);

const order = z.object({
  symbol: z.string(),
  orderId: z.int(),
  clientOrderId: z.string(),
  side,
  type: z.enum(['LIMIT', 'MARKET']),
  status: z.enum(['NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'EXPIRED']),
  price: amount,
  origQty: amount,
  executedQty: amount,
  reduceOnly: z.boolean(),
  /** Of the conditional order whose child it is. */
  algoId: z.int().optional(),
  liquidation: z.literal(true).optional(),
  updateTime: z.int(),
});
export type JournalOrder = z.output<typeof order>;

const trade = z.object({
  symbol: z.string(),
  tradeId: z.int(),
  orderId: z.int(),
  side,
  price: amount,
  quantity: amount,
  fee: amount,
  feeAsset: z.string(),
  maker: z.boolean(),
  realizedProfit: amount,
  time: z.int(),
});
export type JournalTrade = z.output<typeof trade>;

const conditional = z.object({
  symbol: z.string(),
  algoId: z.int(),
  clientAlgoId: z.string(),
  orderType: z.string(),
  side,
  status: z.enum(['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED', 'CANCELED', 'EXPIRED', 'REJECTED']),
  quantity: amount,
  triggerPrice: amount,
  reduceOnly: z.boolean(),
  actualOrderId: z.int().optional(),
  actualQty: amount,
});
export type JournalConditional = z.output<typeof conditional>;

const place = z.object({
  newClientOrderId: z.string().optional(),
  clientAlgoId: z.string().optional(),
  symbol: z.string().optional(),
  accountId: z.string().optional(),
  type: z.string(),
});

/** The fields of every line, and those that the witness reads of one kind or another. */
const line = z.object({
  seq: z.int(),
  wallTime: z.int(),
  marketTime: z.int(),
  kind: z.string(),
  account: z.string().optional(),
  order: order.optional(),
  trade: trade.optional(),
  conditional: conditional.optional(),
  command: place.optional(),
  reason: z.string().optional(),
  walletBalance: amount.optional(),
  balanceChange: amount.optional(),
  positions: z.array(z.object({ symbol: z.string(), quantity: amount })).optional(),
  code: z.int().optional(),
  message: z.string().optional(),
});
export type JournalLine = z.output<typeof line>;

/**
 * Every whole line, oldest first. A last line without its end was torn by a crash and is left out.
 * Throws at a line that is not one, and at a gap in the numbers.
 */
export function readJournalFile(path: string): readonly JournalLine[] {
  const texts = readFileSync(path, 'utf8').split('\n');
  // What follows the last line end: nothing, or a torn line.
  texts.pop();
  return texts.map((text, index) => {
    const parsed = parseLine(text, `${path} line ${index + 1}`);
    if (parsed.seq === index + 1) return parsed;
    throw new Error(`${path} line ${index + 1}: seq is ${parsed.seq}`);
  });
}

function parseLine(text: string, place_: string): JournalLine {
  try {
    return line.parse(JSON.parse(text));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`${place_}: ${detail}`, { cause: error });
  }
}
