-- Whoever could write to the database could have things run: the orders of the queue are sealed with the server's
-- key, and whoever hands one out, or claims one, holds it against its seal. Orders that were put into the queue
-- together have one: their numbers follow one another from `first` on, and `digests` has 32 bytes for each.

CREATE TABLE seals (
    deployment TEXT NOT NULL,
    first BIGINT NOT NULL,
    digests BYTEA NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (deployment, first)
);
