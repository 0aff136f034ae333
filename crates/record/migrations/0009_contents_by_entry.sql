-- What a stretch of the record refers to is asked for with it.

CREATE INDEX deployment_contents_seq ON deployment_contents (deployment, seq, digest);
