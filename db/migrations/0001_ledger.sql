-- Accounts, intents, orders, fills and positions: everything whose rows carry a ledger number.

-- Decimal text at rest: exact, at most 12 decimals, no NaN and no infinity.
CREATE DOMAIN decimal12 AS numeric
  CHECK (scale(trim_scale(VALUE)) <= 12 AND abs(VALUE) < 1e24);
CREATE DOMAIN positive12 AS decimal12 CHECK (VALUE > 0);
CREATE DOMAIN order_side AS text CHECK (VALUE IN ('buy', 'sell'));
CREATE DOMAIN order_status AS text CHECK (VALUE IN
  ('working', 'partiallyFilled', 'triggered', 'filled', 'cancelled', 'expired', 'rejected'));

CREATE FUNCTION is_terminal(status text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN status IN ('filled', 'cancelled', 'expired', 'rejected');

-- The row that every writer of orders and fills locks first. `seq` numbers those rows, so number
-- order is commit order.
CREATE TABLE accounts (
  account text PRIMARY KEY CHECK (account ~ '^[a-z][a-z0-9-]{0,31}$'),
  mode text NOT NULL CHECK (mode IN ('paper', 'live')),
  instance text NOT NULL CHECK (instance ~ '^[0-9a-z]{4}$'),
  seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
  recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Locked FOR SHARE by each submit and FOR UPDATE by whoever sets or clears a halt.
CREATE TABLE halt_latch (
  account text PRIMARY KEY REFERENCES accounts,
  revision bigint NOT NULL DEFAULT 0
);

-- `symbols` null: the whole account. A halt is active until it is cleared by its id.
CREATE TABLE halts (
  account text NOT NULL REFERENCES accounts,
  halt_id text NOT NULL CHECK (halt_id <> ''),
  level text NOT NULL CHECK (level IN ('PAUSE', 'REDUCING', 'HALT', 'HALT_AND_FLATTEN', 'LOCKOUT')),
  reason text NOT NULL,
  set_by text NOT NULL,
  symbols text[] CHECK (cardinality(symbols) > 0),
  set_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  cleared_at timestamptz,
  cleared_by text,
  clear_reason text,
  PRIMARY KEY (account, halt_id),
  CHECK ((cleared_at IS NULL) = (cleared_by IS NULL) AND (cleared_at IS NULL) = (clear_reason IS NULL))
);
CREATE INDEX halts_active ON halts (account) WHERE cleared_at IS NULL;

-- One row per symbol of an account; `epoch` counts workflow starts.
CREATE TABLE symbol_epochs (
  account text NOT NULL REFERENCES accounts,
  venue text NOT NULL,
  symbol text NOT NULL,
  symbol_code text NOT NULL CHECK (symbol_code ~ '^[0-9a-z]{5}$'),
  epoch integer NOT NULL CHECK (epoch >= 0 AND epoch < 60466176),
  workflow_id text,
  opened_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol),
  UNIQUE (account, symbol_code)
);

-- What we wanted the venue to hold. `state` is our knowledge of the attempt, `order_status` and
-- `executed` are the venue's view (of the child, once a conditional order triggered), `filled` is
-- what the fills say. They move apart for moments, never backwards.
CREATE TABLE order_intents (
  client_order_id text PRIMARY KEY CHECK (client_order_id ~ '^tg[0-9a-z]{21}$'),
  account text NOT NULL,
  venue text NOT NULL,
  symbol text NOT NULL,
  epoch integer NOT NULL,
  role text NOT NULL CHECK (role IN ('level', 'counter', 'entry', 'target', 'stop', 'exit')),
  slot text NOT NULL,
  plan_id text NOT NULL,
  strategy text NOT NULL CHECK (strategy IN ('grid', 'scalp', 'workOut')),
  side order_side NOT NULL,
  kind text NOT NULL CHECK (kind IN ('limit', 'market', 'stopMarket')),
  quantity positive12 NOT NULL,
  price positive12,
  trigger_price positive12,
  reduce_only boolean NOT NULL,
  post_only boolean NOT NULL,
  time_in_force text NOT NULL CHECK (time_in_force IN ('GTC', 'IOC')),
  decision_id text,
  build_id text NOT NULL,
  state text NOT NULL CHECK (state IN
    ('PREPARED', 'DENIED', 'EXPIRED', 'SENDING', 'ACKED', 'REJECTED', 'UNKNOWN', 'ABSENT')),
  denied_code text,
  denied_figures jsonb,
  venue_code text,
  venue_message text,
  reserve_price positive12 NOT NULL,
  order_status order_status,
  executed decimal12 NOT NULL DEFAULT 0 CHECK (executed >= 0),
  filled decimal12 NOT NULL DEFAULT 0 CHECK (filled >= 0),
  order_event_time timestamptz,
  order_seq bigint,
  -- Market time of the quote that it was approved against.
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  -- Venue time: the signed timestamp of the request.
  sent_at timestamptz,
  -- It stands at the venue, may stand there or is about to.
  live boolean NOT NULL GENERATED ALWAYS AS (CASE
    WHEN order_status IS NOT NULL THEN NOT is_terminal(order_status)
    ELSE state IN ('PREPARED', 'SENDING', 'UNKNOWN', 'ACKED') END) STORED,
  -- What it can still add to the position; an execution stays reserved until its fill is booked.
  reserved_quantity numeric NOT NULL GENERATED ALWAYS AS (CASE
    WHEN reduce_only THEN 0
    WHEN order_status IS NOT NULL AND is_terminal(order_status) THEN greatest(executed - filled, 0)
    WHEN order_status IS NOT NULL OR state IN ('PREPARED', 'SENDING', 'UNKNOWN', 'ACKED')
      THEN greatest(quantity - filled, 0)
    ELSE 0 END) STORED,
  reserved_notional numeric NOT NULL GENERATED ALWAYS AS (reserve_price * CASE
    WHEN reduce_only THEN 0
    WHEN order_status IS NOT NULL AND is_terminal(order_status) THEN greatest(executed - filled, 0)
    WHEN order_status IS NOT NULL OR state IN ('PREPARED', 'SENDING', 'UNKNOWN', 'ACKED')
      THEN greatest(quantity - filled, 0)
    ELSE 0 END) STORED,
  FOREIGN KEY (account, venue, symbol) REFERENCES symbol_epochs,
  CHECK ((price IS NOT NULL) = (kind = 'limit')),
  CHECK ((trigger_price IS NOT NULL) = (kind = 'stopMarket')),
  CHECK (kind <> 'stopMarket' OR reduce_only),
  CHECK ((state = 'DENIED') = (denied_code IS NOT NULL)),
  CHECK (denied_code IS NULL OR denied_figures IS NOT NULL),
  CHECK ((state IN ('PREPARED', 'DENIED', 'EXPIRED')) = (sent_at IS NULL)),
  CHECK ((order_status IS NULL) = (order_seq IS NULL) AND (order_status IS NULL) = (order_event_time IS NULL))
);
CREATE INDEX order_intents_live ON order_intents (account, venue, symbol) WHERE live;
CREATE INDEX order_intents_reserved ON order_intents (account) WHERE reserved_quantity > 0;
CREATE INDEX order_intents_prepared ON order_intents (account, expires_at) WHERE state = 'PREPARED';
CREATE INDEX order_intents_rows ON order_intents (account, venue, symbol, order_seq);
CREATE INDEX order_intents_plan ON order_intents (account, venue, symbol, plan_id);
CREATE INDEX order_intents_stops ON order_intents (account, venue, symbol, changed_at) WHERE role = 'stop';
CREATE INDEX order_intents_absent ON order_intents (account, venue, symbol, sent_at) WHERE state = 'ABSENT';

-- How far an order has come; an execution that completes it outranks every other end.
CREATE FUNCTION status_rank(status text) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE status WHEN 'working' THEN 0 WHEN 'triggered' THEN 1 WHEN 'partiallyFilled' THEN 2
    WHEN 'filled' THEN 4 ELSE 3 END;

CREATE FUNCTION check_intent_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
    'PREPARED>SENDING', 'PREPARED>DENIED', 'PREPARED>EXPIRED',
    'SENDING>ACKED', 'SENDING>REJECTED', 'SENDING>UNKNOWN',
    'UNKNOWN>ACKED', 'UNKNOWN>REJECTED', 'UNKNOWN>ABSENT', 'ABSENT>ACKED']) THEN
    RAISE EXCEPTION 'intent %: % to % is not a legal transition', OLD.client_order_id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.client_order_id, NEW.side, NEW.quantity, NEW.price, NEW.trigger_price, NEW.reduce_only)
     IS DISTINCT FROM
     (OLD.client_order_id, OLD.side, OLD.quantity, OLD.price, OLD.trigger_price, OLD.reduce_only)
     OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at) THEN
    RAISE EXCEPTION 'intent %: what was approved and sent never changes', OLD.client_order_id
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.executed < OLD.executed OR NEW.filled < OLD.filled OR NEW.order_seq < OLD.order_seq
     OR OLD.order_status IS NOT NULL AND (NEW.order_status IS NULL
       OR status_rank(NEW.order_status) < status_rank(OLD.order_status)
       OR is_terminal(OLD.order_status) AND NEW.order_status NOT IN (OLD.order_status, 'filled')) THEN
    RAISE EXCEPTION 'intent %: the venue''s view only moves forward', OLD.client_order_id
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.changed_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER order_intents_change BEFORE UPDATE ON order_intents
  FOR EACH ROW EXECUTE FUNCTION check_intent_change();

-- The venue's own view, one row per venue order: ours, children of ours, foreign ones.
CREATE TABLE orders (
  account text NOT NULL REFERENCES accounts,
  venue text NOT NULL,
  symbol text NOT NULL,
  conditional boolean NOT NULL,
  venue_order_id text NOT NULL,
  -- As the venue reports it; the intent that it belongs to is `intent_id`.
  venue_client_order_id text,
  intent_id text REFERENCES order_intents,
  side order_side NOT NULL,
  status order_status NOT NULL,
  quantity decimal12 NOT NULL,
  executed decimal12 NOT NULL CHECK (executed >= 0),
  price decimal12,
  trigger_price decimal12,
  reduce_only boolean NOT NULL,
  child_order_id text CHECK (child_order_id IS NULL OR conditional),
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol, conditional, venue_order_id)
);
CREATE INDEX orders_child ON orders (account, venue, symbol, child_order_id) WHERE child_order_id IS NOT NULL;
CREATE INDEX orders_intent ON orders (intent_id) WHERE intent_id IS NOT NULL;

-- Executions. `seq` is renewed when a fill is linked to its intent later, so a reader above its
-- cursor sees it again with the client id: readers count by trade and order id.
CREATE TABLE fills (
  account text NOT NULL REFERENCES accounts,
  venue text NOT NULL,
  symbol text NOT NULL,
  trade_id text NOT NULL,
  order_id text NOT NULL,
  seq bigint NOT NULL,
  intent_id text REFERENCES order_intents,
  -- Of the intent; a plan's fills are matched among themselves.
  plan_id text,
  venue_client_order_id text,
  side order_side NOT NULL,
  price positive12 NOT NULL,
  quantity positive12 NOT NULL,
  fee decimal12 NOT NULL,
  fee_asset text NOT NULL,
  maker boolean NOT NULL,
  -- The venue's own figure, before fees; ours is in `positions`.
  venue_realised_profit decimal12 NOT NULL,
  -- Of `quantity`, how much a closed round trip in `flow_trades` has used.
  matched decimal12 NOT NULL DEFAULT 0 CHECK (matched >= 0 AND matched <= quantity),
  event_time timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol, trade_id, order_id),
  UNIQUE (account, seq),
  CHECK (plan_id IS NULL OR intent_id IS NOT NULL)
);
CREATE INDEX fills_rows ON fills (account, venue, symbol, seq);
CREATE INDEX fills_time ON fills (account, event_time DESC);
CREATE INDEX fills_symbol_time ON fills (account, venue, symbol, event_time);
CREATE INDEX fills_order ON fills (account, venue, symbol, order_id);
CREATE INDEX fills_unmatched ON fills (account, venue, symbol, plan_id) WHERE matched < quantity;
CREATE INDEX fills_unlinked ON fills (account, venue, symbol, order_id) WHERE intent_id IS NULL;

-- The sum of the fills, kept by whoever inserts one.
CREATE TABLE positions (
  account text NOT NULL REFERENCES accounts,
  venue text NOT NULL,
  symbol text NOT NULL,
  -- Signed, long positive.
  quantity decimal12 NOT NULL,
  -- What the inventory cost, same sign as the quantity; average entry price = cost / quantity.
  cost decimal12 NOT NULL,
  -- Before fees: since the first fill, and since the present position was opened.
  realised_profit decimal12 NOT NULL,
  open_realised_profit decimal12 NOT NULL,
  last_seq bigint NOT NULL,
  last_event_time timestamptz NOT NULL,
  last_trade_id text NOT NULL,
  -- Wall time at which it left zero: starts the grace that its protection has.
  opened_at timestamptz,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, venue, symbol),
  CHECK (quantity * cost >= 0 AND (quantity <> 0 OR cost = 0)),
  CHECK ((quantity = 0) = (opened_at IS NULL))
);
