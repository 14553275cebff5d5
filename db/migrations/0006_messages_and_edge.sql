-- Every request that changes a standing order is a message to the venue, too.
CREATE TABLE order_changes (
  account text NOT NULL REFERENCES accounts,
  venue text NOT NULL,
  symbol text NOT NULL,
  client_order_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('cancel', 'amend')),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX order_changes_recent ON order_changes (account, recorded_at);

-- The first market day on which the gate saw the account.
ALTER TABLE equity_marks ADD COLUMN first_day date;
UPDATE equity_marks m SET first_day = coalesce(
  (SELECT (min(event_time) AT TIME ZONE 'UTC')::date FROM order_intents i WHERE i.account = m.account), m.day);
ALTER TABLE equity_marks ALTER COLUMN first_day SET NOT NULL;

-- Where the profit of an order that opens is to be taken.
ALTER TABLE order_intents ADD COLUMN target_price positive12;
