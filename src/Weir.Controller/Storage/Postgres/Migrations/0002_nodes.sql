-- An entry of an index has 2.7 kB at most, which a lineage of 64 levels stays below; a path is found by its
-- digest.
-- Ids begin with the time, so every list below is in the order of creation. A lineage is the ids from the root to the
-- node itself, joined by '/': a subtree is a range of it. A path is the names as a JSON array.

CREATE TABLE nodes (
    id text COLLATE "C" PRIMARY KEY,
    namespace text COLLATE "C" NOT NULL,
    parent text COLLATE "C",
    lineage text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    json text NOT NULL
);

CREATE INDEX nodes_by_namespace ON nodes (namespace, id);
CREATE INDEX nodes_by_kind ON nodes (namespace, kind, id);
CREATE INDEX nodes_by_name ON nodes (namespace, name, id);
CREATE INDEX nodes_by_path ON nodes (md5(path), id);
CREATE INDEX nodes_by_parent ON nodes (parent, id);
CREATE INDEX nodes_by_lineage ON nodes (lineage);

CREATE FUNCTION nodes_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a node never changes' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER nodes_never_change BEFORE UPDATE ON nodes FOR EACH ROW EXECUTE FUNCTION nodes_never_change();
