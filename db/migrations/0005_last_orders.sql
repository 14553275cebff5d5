-- The last fifty orders of a strategy, whatever day they were sent on.

CREATE INDEX order_intents_last ON order_intents (account, venue, symbol, strategy, recorded_at)
  WHERE sent_at IS NOT NULL AND NOT reduce_only;
