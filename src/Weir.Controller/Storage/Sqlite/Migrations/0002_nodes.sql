-- Ids begin with the time, so every list below is in the order of creation. A lineage is the ids from the root to the
-- node itself, joined by '/': a subtree is a range of it. A path is the names as a JSON array.

CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY,
    namespace TEXT NOT NULL,
    parent TEXT,
    lineage TEXT NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    created INTEGER NOT NULL,
    json TEXT NOT NULL
);

CREATE INDEX nodes_by_namespace ON nodes (namespace, id);
CREATE INDEX nodes_by_kind ON nodes (namespace, kind, id);
CREATE INDEX nodes_by_name ON nodes (namespace, name, id);
CREATE INDEX nodes_by_path ON nodes (path, id);
CREATE INDEX nodes_by_parent ON nodes (parent, id);
CREATE INDEX nodes_by_lineage ON nodes (lineage);

CREATE TRIGGER nodes_never_change BEFORE UPDATE ON nodes
BEGIN
    SELECT RAISE(ABORT, 'a node never changes');
END;
