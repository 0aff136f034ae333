-- The record, and the order queue on the same database.
--
-- One text for SQLite and PostgreSQL: SQLite takes any type name, so BIGINT, TEXT and BYTEA serve
-- both. Times are microseconds since 1970 on the database's own clock. Nobody is '', never granted
-- is token 0, and a grant without a lease is held until 9223372036854775807.

CREATE TABLE deployments (
    name TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    checkpoint TEXT NOT NULL,
    vkey TEXT NOT NULL,
    leader TEXT NOT NULL,
    led_until BIGINT NOT NULL
);

CREATE TABLE entries (
    deployment TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (deployment, seq)
);

CREATE TABLE commands (
    deployment TEXT NOT NULL,
    id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (deployment, id)
);

CREATE TABLE orders (
    number BIGINT NOT NULL PRIMARY KEY,
    deployment TEXT NOT NULL,
    id TEXT NOT NULL,
    intent BIGINT NOT NULL,
    state TEXT NOT NULL,
    token BIGINT NOT NULL,
    holder TEXT NOT NULL,
    held_until BIGINT NOT NULL,
    body TEXT NOT NULL,
    report TEXT,
    UNIQUE (deployment, id)
);

-- Ended orders stay for ever, so every question asked in a loop has an index without them.
CREATE INDEX orders_open ON orders (number) WHERE state = 'open';
CREATE INDEX orders_held ON orders (deployment, held_until, number) WHERE state = 'held';
CREATE INDEX orders_token ON orders (token) WHERE state = 'held';
CREATE INDEX orders_reported ON orders (deployment, number) WHERE state = 'reported';
CREATE INDEX orders_unfinished ON orders (deployment, number)
    WHERE state IN ('open', 'held', 'reported');

CREATE TABLE late_reports (
    deployment TEXT NOT NULL,
    id TEXT NOT NULL,
    token BIGINT NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (deployment, id, token)
);

-- Numbers and fencing tokens of orders: each greater than all before it, in the whole database.
CREATE TABLE tickets (last BIGINT NOT NULL);
INSERT INTO tickets (last) VALUES (0);

CREATE TABLE contents (
    digest BYTEA NOT NULL PRIMARY KEY,
    body BYTEA NOT NULL
);

CREATE TABLE deployment_contents (
    deployment TEXT NOT NULL,
    digest BYTEA NOT NULL REFERENCES contents (digest),
    seq BIGINT NOT NULL,
    PRIMARY KEY (deployment, digest)
);

CREATE TABLE notices (
    deployment TEXT NOT NULL,
    seq BIGINT NOT NULL,
    n BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (deployment, seq, n)
);

CREATE INDEX notices_undelivered ON notices (deployment, seq, n) WHERE delivered = 0;

CREATE TABLE snapshots (
    deployment TEXT NOT NULL REFERENCES deployments (name),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (deployment, seq)
);
