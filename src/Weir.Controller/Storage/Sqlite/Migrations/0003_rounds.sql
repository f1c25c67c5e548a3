-- A run that is over may be asked to begin a further round; within a round its status only moves forward.

ALTER TABLE runs ADD COLUMN round INTEGER NOT NULL DEFAULT 0 CHECK (round >= 0);

DROP TRIGGER runs_only_move_forward;

CREATE TRIGGER runs_only_move_forward BEFORE UPDATE OF status, round ON runs
WHEN NEW.round NOT IN (OLD.round, OLD.round + 1)
    OR (NEW.round = OLD.round AND (NEW.status < OLD.status OR (OLD.status >= 2 AND NEW.status <> OLD.status)))
    OR (NEW.round > OLD.round AND OLD.status < 2)
BEGIN
    SELECT RAISE(ABORT, 'the status of a run only moves forward within a round');
END;
