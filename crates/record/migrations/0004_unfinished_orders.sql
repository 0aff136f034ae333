-- The queue holds what is not at its end, and nothing else: the record tells of the rest. So an
-- order costs one row in two trees for as long as it is under way, and its room is used again.
-- On SQLite the number is the row's own, and needs no tree.

ALTER TABLE orders RENAME TO orders_ever;
DROP INDEX orders_open;
DROP INDEX orders_lapsed;
DROP INDEX orders_leased;
DROP INDEX orders_reported;
DROP INDEX orders_unfinished;

CREATE TABLE orders (
    number BIGINT NOT NULL PRIMARY KEY,
    deployment TEXT NOT NULL,
    id TEXT NOT NULL,
    intent BIGINT NOT NULL,
    state TEXT NOT NULL,
    token BIGINT NOT NULL,
    holder TEXT NOT NULL,
    held_until BIGINT NOT NULL,
    stop TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    report TEXT,
    UNIQUE (deployment, id)
);

INSERT INTO orders
    (number, deployment, id, intent, state, token, holder, held_until, stop, body, report)
    SELECT number, deployment, id, intent, state, token, holder, held_until, stop, body, report
    FROM orders_ever WHERE state IN ('open', 'held', 'reported');
DROP TABLE orders_ever;

CREATE INDEX orders_open ON orders (number) WHERE state = 'open';
CREATE INDEX orders_lapsed ON orders (held_until, number)
    WHERE state = 'held' AND held_until < 9223372036854775807;
CREATE INDEX orders_leased ON orders (token)
    WHERE state = 'held' AND held_until < 9223372036854775807;
CREATE INDEX orders_reported ON orders (deployment, number) WHERE state = 'reported';
