-- A content that is the opening of a private value names whose it is; the others are nobody's.

ALTER TABLE deployment_contents ADD COLUMN whose TEXT NOT NULL DEFAULT '';

CREATE INDEX deployment_contents_whose ON deployment_contents (deployment, whose);
