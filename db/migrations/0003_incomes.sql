-- Money that moved without a trade, as the venue lists it: funding, fees of liquidations, transfers.
CREATE TABLE incomes (
  account text NOT NULL,
  venue text NOT NULL,
  -- The venue's own word; its transaction ids are unique within it.
  venue_type text NOT NULL,
  transaction_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('funding', 'liquidationFee', 'transfer', 'other')),
  -- Null: the account itself.
  symbol text,
  asset text NOT NULL,
  -- Received; negative was paid.
  amount decimal12 NOT NULL,
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, venue_type, transaction_id)
);
CREATE INDEX incomes_time ON incomes (account, venue, event_time);
CREATE INDEX incomes_symbol ON incomes (account, venue, symbol, event_time);
