-- What came of trading, and why: positions and round trips, decisions, switches, risk, status.

-- A position from flat to flat; passing through zero closes one and opens the next.
CREATE TABLE flow_positions (
  position_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account text NOT NULL REFERENCES accounts,
  venue text NOT NULL,
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('LONG', 'SHORT')),
  -- Of the fill that opened it; null for a foreign trade.
  strategy text,
  plan_id text,
  quantity_opened decimal12 NOT NULL CHECK (quantity_opened > 0),
  quantity_closed decimal12 NOT NULL CHECK (quantity_closed >= 0),
  notional_opened decimal12 NOT NULL,
  notional_closed decimal12 NOT NULL,
  -- Before fees.
  realised_profit decimal12 NOT NULL,
  opened_event_time timestamptz NOT NULL,
  closed_event_time timestamptz,
  first_trade_id text NOT NULL,
  -- False: the fill that opened it closed the one before.
  from_flat boolean NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (quantity_closed <= quantity_opened),
  CHECK ((quantity_closed = quantity_opened) = (closed_event_time IS NOT NULL))
);
CREATE UNIQUE INDEX flow_positions_open ON flow_positions (account, venue, symbol)
  WHERE closed_event_time IS NULL;
CREATE INDEX flow_positions_time ON flow_positions (account, venue, symbol, opened_event_time);

-- Closed round trips. `trade_key`: a grid pair = the closing order's client id; a scalp = its plan
-- id; inventory of a grid that an exit closed = plan id and `:workOut`.
CREATE TABLE flow_trades (
  account text NOT NULL REFERENCES accounts,
  venue text NOT NULL,
  symbol text NOT NULL,
  trade_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('gridPair', 'scalp', 'workOut')),
  plan_id text NOT NULL,
  slot text,
  side text NOT NULL CHECK (side IN ('LONG', 'SHORT')),
  quantity positive12 NOT NULL,
  entry_notional positive12 NOT NULL,
  exit_notional positive12 NOT NULL,
  -- Before fees; `fees` is in `fee_asset`, a fill in another asset is left out of it.
  gross_profit decimal12 NOT NULL,
  fees decimal12 NOT NULL,
  fee_asset text NOT NULL,
  opened_event_time timestamptz NOT NULL,
  closed_event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol, trade_key)
);
CREATE INDEX flow_trades_time ON flow_trades (account, closed_event_time DESC);

CREATE TABLE decisions (
  account text NOT NULL,
  venue text NOT NULL,
  symbol text NOT NULL,
  decision_id text NOT NULL,
  epoch integer NOT NULL,
  trigger text NOT NULL,
  strategy text NOT NULL,
  regime text NOT NULL,
  code text NOT NULL,
  reason text NOT NULL,
  inputs jsonb NOT NULL,
  outputs jsonb NOT NULL,
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol, decision_id)
);
CREATE INDEX decisions_time ON decisions (account, event_time DESC);
CREATE INDEX decisions_symbol_time ON decisions (account, venue, symbol, event_time DESC);

CREATE TABLE strategy_switches (
  account text NOT NULL,
  venue text NOT NULL,
  symbol text NOT NULL,
  key text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  reason text NOT NULL,
  regime text,
  handover text NOT NULL,
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol, key)
);
CREATE INDEX strategy_switches_time ON strategy_switches (account, event_time DESC);

CREATE TABLE risk_events (
  account text NOT NULL,
  venue text NOT NULL,
  symbol text NOT NULL,
  key text NOT NULL,
  code text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  detail jsonb NOT NULL,
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol, key)
);
CREATE INDEX risk_events_time ON risk_events (account, event_time DESC);

-- The last word of each symbol's machine; (epoch, watch_seq) only moves forward.
CREATE TABLE symbol_status (
  account text NOT NULL,
  venue text NOT NULL,
  symbol text NOT NULL,
  epoch integer NOT NULL,
  watch_seq bigint NOT NULL,
  state text NOT NULL,
  level text NOT NULL,
  halt_reason text,
  regime text,
  strategy text NOT NULL,
  status jsonb NOT NULL,
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol)
);
