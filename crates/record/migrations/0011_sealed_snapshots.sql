-- Whoever writes to the database could have a state of their own believed: a snapshot is signed with the server's
-- key. One of an earlier program is not, and the entries are read instead.

ALTER TABLE snapshots ADD COLUMN seal TEXT NOT NULL DEFAULT '';
