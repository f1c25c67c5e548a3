-- Instants are milliseconds since 1970 (UTC); status and reason are the numbers of RunStatus and ReasonCode. Texts compare
-- by their bytes, whatever the database's locale. JSON is text, so that it comes back as it was given.

CREATE TABLE documents (
    key text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL CHECK (version > 0),
    json text NOT NULL
);

CREATE TABLE idempotency (
    namespace text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    content_hash text NOT NULL,
    run text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    PRIMARY KEY (namespace, key)
);

CREATE TABLE plans (
    digest text COLLATE "C" PRIMARY KEY,
    json text NOT NULL
);

-- apart from the runs, so that the number of a deleted run is never given again
CREATE TABLE run_numbers (
    namespace text COLLATE "C" NOT NULL,
    flow text COLLATE "C" NOT NULL,
    last bigint NOT NULL CHECK (last > 0),
    PRIMARY KEY (namespace, flow)
) WITH (fillfactor = 50);

CREATE TABLE runs (
    id text COLLATE "C" PRIMARY KEY,
    namespace text COLLATE "C" NOT NULL,
    flow text COLLATE "C" NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    revision integer,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 5),
    reason smallint NOT NULL,
    plan_digest text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    created bigint NOT NULL,
    started bigint,
    ended bigint,
    due bigint,
    json text NOT NULL,
    CHECK (status >= 2 OR due IS NOT NULL)
);

CREATE UNIQUE INDEX runs_by_number ON runs (namespace, flow, number);
CREATE INDEX runs_by_namespace ON runs (namespace, id);
CREATE INDEX runs_by_flow ON runs (namespace, flow, id);
CREATE INDEX runs_due ON runs (due, id) WHERE due IS NOT NULL;

-- a suffix is looked for among the runs with the same last letter, as new runs then go to the ends of 32 lists
CREATE INDEX runs_by_last_letter ON runs (namespace, "right"(id, 1), id);

CREATE FUNCTION runs_only_move_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the status of a run only moves forward' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER runs_only_move_forward BEFORE UPDATE OF status ON runs FOR EACH ROW
WHEN (NEW.status < OLD.status OR (OLD.status >= 2 AND NEW.status <> OLD.status))
EXECUTE FUNCTION runs_only_move_forward();

CREATE TABLE steps (
    run text COLLATE "C" NOT NULL,
    place integer NOT NULL CHECK (place >= 0),
    name text COLLATE "C" NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 5),
    json text NOT NULL,
    PRIMARY KEY (run, place)
) WITH (fillfactor = 70);

CREATE TABLE queue (
    run text COLLATE "C" NOT NULL,
    step text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    shape text COLLATE "C" NOT NULL,
    priority integer NOT NULL,
    enqueued bigint NOT NULL,
    PRIMARY KEY (run, step)
);

CREATE INDEX queue_by_turn ON queue (namespace, shape, priority DESC, enqueued, run, step);

CREATE TABLE leases (
    run text COLLATE "C" NOT NULL,
    step text COLLATE "C" NOT NULL,
    attempt integer NOT NULL CHECK (attempt > 0),
    lease bigint NOT NULL,
    agent text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    number bigint NOT NULL,
    ordinal integer NOT NULL CHECK (ordinal >= 0),
    until bigint NOT NULL,
    PRIMARY KEY (run, step)
);

CREATE UNIQUE INDEX leases_by_claim ON leases (agent, generation, number, ordinal);
CREATE INDEX leases_by_end ON leases (until, run, step);

-- numbered under a lock that is held to the end of the transaction: who reads sequence n has all below it
CREATE TABLE events (
    sequence bigint PRIMARY KEY,
    time bigint NOT NULL,
    type text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    json text NOT NULL,
    origin text COLLATE "C" NOT NULL
);

CREATE INDEX events_by_subject ON events (subject, sequence);

-- One row for each transaction of the writers: when a connection breaks during a commit, it says whether the commit was
-- done. Who asks inserts the row himself, marked, and so decides it for ever.
CREATE TABLE write_groups (
    id uuid PRIMARY KEY,
    last_event bigint,
    abandoned boolean NOT NULL,
    written bigint NOT NULL
);

CREATE INDEX write_groups_by_age ON write_groups (written);

-- queue and leases come and go: they are cleaned long before a fifth of them is dead
ALTER TABLE queue SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE leases SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0);
