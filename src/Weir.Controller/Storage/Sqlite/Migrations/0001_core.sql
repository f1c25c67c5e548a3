-- Instants are milliseconds since 1970 (UTC); status and reason are the numbers of RunStatus and ReasonCode.

CREATE TABLE documents (
    key TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0),
    json TEXT NOT NULL
);

CREATE TABLE idempotency (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    run TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (namespace, key)
) WITHOUT ROWID;

CREATE TABLE plans (
    digest TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL
);

-- apart from the runs, so that the number of a deleted run is never given again
CREATE TABLE run_numbers (
    namespace TEXT NOT NULL,
    flow TEXT NOT NULL,
    last INTEGER NOT NULL CHECK (last > 0),
    PRIMARY KEY (namespace, flow)
) WITHOUT ROWID;

CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    namespace TEXT NOT NULL,
    flow TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    revision INTEGER,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    reason INTEGER NOT NULL,
    plan_digest TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    due INTEGER,
    json TEXT NOT NULL,
    CHECK (status >= 2 OR due IS NOT NULL)
);

CREATE UNIQUE INDEX runs_by_number ON runs (namespace, flow, number);
CREATE INDEX runs_by_namespace ON runs (namespace, id);
CREATE INDEX runs_by_flow ON runs (namespace, flow, id);
CREATE INDEX runs_due ON runs (due, id) WHERE due IS NOT NULL;

-- A suffix is looked for among the runs with the same last letter. A reversed id would find it in one step, but would put
-- each new run on a page of its own; this way new runs go to the ends of 32 lists.
CREATE INDEX runs_by_last_letter ON runs (namespace, substr(id, -1), id);

CREATE TRIGGER runs_only_move_forward BEFORE UPDATE OF status ON runs
WHEN NEW.status < OLD.status OR (OLD.status >= 2 AND NEW.status <> OLD.status)
BEGIN
    SELECT RAISE(ABORT, 'the status of a run only moves forward');
END;

CREATE TABLE steps (
    run TEXT NOT NULL,
    place INTEGER NOT NULL CHECK (place >= 0),
    name TEXT NOT NULL,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    json TEXT NOT NULL,
    PRIMARY KEY (run, place)
) WITHOUT ROWID;

CREATE TABLE queue (
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    namespace TEXT NOT NULL,
    shape TEXT NOT NULL,
    priority INTEGER NOT NULL,
    enqueued INTEGER NOT NULL,
    PRIMARY KEY (run, step)
) WITHOUT ROWID;

CREATE INDEX queue_by_turn ON queue (namespace, shape, priority DESC, enqueued, run, step);

CREATE TABLE leases (
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt > 0),
    lease INTEGER NOT NULL,
    agent TEXT NOT NULL,
    namespace TEXT NOT NULL,
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    until INTEGER NOT NULL,
    PRIMARY KEY (run, step)
) WITHOUT ROWID;

CREATE UNIQUE INDEX leases_by_claim ON leases (agent, generation, number, ordinal);
CREATE INDEX leases_by_end ON leases (until, run, step);
CREATE INDEX leases_by_namespace ON leases (namespace);

CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    type TEXT NOT NULL,
    namespace TEXT NOT NULL,
    subject TEXT NOT NULL,
    json TEXT NOT NULL
);

CREATE INDEX events_by_subject ON events (subject, sequence);
