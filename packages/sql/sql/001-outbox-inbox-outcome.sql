-- Messages to be sent to the engine, in the binary format of stored messages. A row is deleted once the engine has
-- acknowledged it.
CREATE TABLE catga_outbox (
  namespace text NOT NULL,
  slot smallint NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  key_hash integer,
  message bytea NOT NULL,
  delay_ms double precision,
  added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  failure json,
  PRIMARY KEY (namespace, slot, position)
);

-- Whether an earlier message of a key waits. What another key of the same hash has waiting is read in vain.
CREATE INDEX catga_outbox_key ON catga_outbox (namespace, key_hash, position)
  WHERE key_hash IS NOT NULL AND failure IS NULL;

CREATE INDEX catga_outbox_parked ON catga_outbox (namespace, position) WHERE failure IS NOT NULL;

-- Messages that a subscription has handled.
CREATE TABLE catga_inbox (
  namespace text NOT NULL,
  subscription text NOT NULL,
  name text NOT NULL,
  message_id text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (namespace, subscription, name, message_id)
);

CREATE INDEX catga_inbox_handled_at ON catga_inbox (handled_at);

-- Outcomes of requests and of queued commands.
CREATE TABLE catga_outcome (
  namespace text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  ok boolean,
  outcome bytea,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (namespace, key)
);

CREATE INDEX catga_outcome_expires_at ON catga_outcome (expires_at);
