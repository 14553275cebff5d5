-- What the gate asks about the recent past, and the equity that losses are measured from.

CREATE INDEX order_intents_recent ON order_intents (account, recorded_at);
CREATE INDEX order_intents_day ON order_intents (account, venue, symbol, event_time);

-- One row an account: equity when the market day began for the gate, and the highest ever.
CREATE TABLE equity_marks (
  account text PRIMARY KEY REFERENCES accounts,
  day date NOT NULL,
  day_start decimal12 NOT NULL,
  highest decimal12 NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
