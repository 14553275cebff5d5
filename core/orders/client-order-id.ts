/** Client order ids: derived, never random, readable without the database (at most 32 [a-z0-9]). */
import { assert } from '../assert.ts';

/** `tg` + instance (4) + symbol code (5) + epoch (5): what all ids of one workflow start share. */
export type ClientOrderIdPrefix = {
  /** Which Tidegate installation; a foreign one on the account shows by it. 4 base-36 digits. */
  readonly instance: string;
  /** First 5 base-36 digits of SHA-256(`account|venue|symbol`). */
  readonly symbolCode: string;
  /** 1-based count of workflow starts of the symbol on the account. */
  readonly epoch: number;
};

export type ParsedClientOrderId = ClientOrderIdPrefix & { readonly sequence: number };

const ID = /^tg([0-9a-z]{4})([0-9a-z]{5})([0-9a-z]{5})([0-9a-z]{7})$/;

/** The id of the `sequence`-th order (0 … 36^7 - 1) of a workflow start; 23 characters. */
export function clientOrderId(prefix: ClientOrderIdPrefix, sequence: number): string {
  const id = `${idPrefix(prefix)}${base36(prefix.epoch, 5)}${base36(sequence, 7)}`;
  assert(ID.test(id), `not a client order id: ${id}`);
  return id;
}

/** `tg` + instance + symbol code: the prefix of every order of ours on one symbol. */
export const idPrefix = (prefix: Pick<ClientOrderIdPrefix, 'instance' | 'symbolCode'>): string =>
  `tg${prefix.instance}${prefix.symbolCode}`;

/** The parts of an id of any Tidegate instance; undefined for a foreign id. */
export function parseClientOrderId(id: string): ParsedClientOrderId | undefined {
  const match = ID.exec(id);
  if (match === null) return undefined;
  const [, instance = '', symbolCode = '', epoch = '', sequence = ''] = match;
  return {
    instance,
    symbolCode,
    epoch: Number.parseInt(epoch, 36),
    sequence: Number.parseInt(sequence, 36),
  };
}

function base36(value: number, digits: number): string {
  assert(
    Number.isSafeInteger(value) && value >= 0 && value < 36 ** digits,
    `out of range: ${value}`,
  );
  return value.toString(36).padStart(digits, '0');
}
