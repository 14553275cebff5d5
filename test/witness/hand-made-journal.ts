/** Journal lines as the venue writes them, made by hand for the witness's own tests. */

export const STOP_ID = 'tgabcd000010000100000s1';
export const ORDER_ID = 'tgabcd000010000100000b1';

type Fields = Readonly<Record<string, unknown>>;

/** Numbered lines of the account `paper`, one wall and market second apart. */
export class HandMadeJournal {
  readonly lines: Fields[] = [];

  add(kind: string, fields: Fields = {}): this {
    const seq = this.lines.length + 1;
    const clocks = { wallTime: 1_000 * seq, marketTime: 60_000 * seq };
    this.lines.push({ seq, ...clocks, kind, account: 'paper', ...fields });
    return this;
  }

  opened(balance = '10000'): this {
    return this.add('accountOpened', {
      reason: 'DEPOSIT',
      walletBalance: balance,
      balanceChange: balance,
      positions: [],
    });
  }

  conditional(kind: string, fields: Fields = {}): this {
    return this.add(kind, { conditional: { ...CONDITIONAL, ...fields } });
  }

  order(kind: string, fields: Fields = {}, trade?: Fields): this {
    const order = { ...ORDER, ...fields };
    return this.add(kind, { order, ...(trade === undefined ? {} : { trade }) });
  }

  balance(walletBalance: string, quantity: string, balanceChange = '0'): this {
    const positions = [{ symbol: 'BTCUSDT', quantity }];
    return this.add('balance', { reason: 'ORDER', walletBalance, balanceChange, positions });
  }

  text(): string {
    return this.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}

const ORDER = {
  symbol: 'BTCUSDT',
  orderId: 7,
  clientOrderId: ORDER_ID,
  side: 'buy',
  type: 'LIMIT',
  status: 'NEW',
  price: '59700',
  origQty: '0.002',
  executedQty: '0',
  reduceOnly: false,
  updateTime: 60_000,
};

const CONDITIONAL = {
  symbol: 'BTCUSDT',
  algoId: 3,
  clientAlgoId: STOP_ID,
  orderType: 'STOP_MARKET',
  side: 'sell',
  status: 'NEW',
  quantity: '0.002',
  triggerPrice: '57900',
  reduceOnly: true,
  actualQty: '0',
};

export const TRADE = {
  symbol: 'BTCUSDT',
  tradeId: 11,
  orderId: 7,
  side: 'buy',
  price: '59700',
  quantity: '0.002',
  fee: '0.02388',
  feeAsset: 'USDT',
  maker: true,
  realizedProfit: '0',
  time: 300_000,
};

/** A stop, a level under it, and the level's fill. */
export const boughtUnderStop = (): HandMadeJournal =>
  new HandMadeJournal()
    .opened()
    .conditional('conditionalAccepted')
    .order('orderAccepted')
    .balance('9999.97612', '0.002')
    .order('trade', { status: 'FILLED', executedQty: '0.002' }, TRADE);
