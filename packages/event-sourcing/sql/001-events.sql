-- Clusters that the events were written in, one after the other: another cluster counts its transactions anew, after a dump was
-- restored in it.
CREATE TABLE catga_event_epoch (
  epoch integer PRIMARY KEY,
  cluster text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);

-- Version of each stream, with the place of its last event. The row is locked by whoever appends, until the commit.
CREATE TABLE catga_stream (
  namespace text NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL,
  epoch integer NOT NULL,
  tx bigint NOT NULL,
  PRIMARY KEY (namespace, stream)
);

-- Events are never changed. All events are read in the order of (epoch, tx, position), up to the oldest open transaction.
CREATE TABLE catga_event (
  namespace text NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL,
  epoch integer NOT NULL,
  tx bigint NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  serializer text NOT NULL,
  body bytea NOT NULL,
  headers json NOT NULL,
  decision text,
  decision_size integer,
  decision_result bytea,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, stream, version)
);

CREATE UNIQUE INDEX catga_event_order ON catga_event (namespace, epoch, tx, position);

-- Whether a command was decided before.
CREATE INDEX catga_event_decision ON catga_event (namespace, stream, decision) WHERE decision IS NOT NULL;

-- States of streams, by the version of their class. Each may be deleted at any time.
CREATE TABLE catga_snapshot (
  namespace text NOT NULL,
  stream text NOT NULL,
  state_version bigint NOT NULL,
  version bigint NOT NULL,
  serializer text NOT NULL,
  state bytea NOT NULL,
  PRIMARY KEY (namespace, stream, state_version)
);

-- Keys of persons, for the encrypted fields of events. One that is deleted is gone for good.
CREATE TABLE catga_subject_key (
  namespace text NOT NULL,
  subject text NOT NULL,
  key bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, subject)
);

-- Builds of read models, with their progress: the live one, those that are to replace it, and those of other versions.
CREATE TABLE catga_projection (
  namespace text NOT NULL,
  name text NOT NULL,
  build bigint NOT NULL,
  version bigint NOT NULL,
  is_live boolean NOT NULL DEFAULT false,
  checkpoint text,
  status text NOT NULL DEFAULT 'running',
  problem text,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (namespace, name, build)
);

CREATE UNIQUE INDEX catga_projection_live ON catga_projection (namespace, name) WHERE is_live;

-- How far inline projections have taken each stream. A row changes under the lock of its stream in catga_stream.
CREATE TABLE catga_projection_stream (
  namespace text NOT NULL,
  name text NOT NULL,
  build bigint NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (namespace, name, build, stream)
);
