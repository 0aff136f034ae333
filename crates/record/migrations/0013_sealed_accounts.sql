-- Whoever could write to the database could let themselves in as somebody else: what says who may come in is sealed
-- with a secret of the server's key, row by row, and is not believed without it. Rows of an earlier program are
-- sealed by `landfall record seal-accounts`, once somebody has looked at them.

ALTER TABLE accounts ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE admissions ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE identities ADD COLUMN seal TEXT NOT NULL DEFAULT '';
