-- A checkpoint that somebody outside keeps and that the record does not begin with; nothing is taken for
-- granted until people have decided about it.

ALTER TABLE deployments ADD COLUMN contradicted TEXT NOT NULL DEFAULT '';
