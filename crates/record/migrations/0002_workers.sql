-- Workers in processes of their own: who is there, what they are asked to stop, and what they
-- leave behind.

CREATE TABLE workers (
    name TEXT NOT NULL PRIMARY KEY,
    session BIGINT NOT NULL,
    here_until BIGINT NOT NULL
);

ALTER TABLE orders ADD COLUMN stop TEXT NOT NULL DEFAULT '';

-- Only orders under a lease: one that is granted to a server costs these indexes nothing.
DROP INDEX orders_held;
DROP INDEX orders_token;
CREATE INDEX orders_lapsed ON orders (held_until, number)
    WHERE state = 'held' AND held_until < 9223372036854775807;
CREATE INDEX orders_leased ON orders (token)
    WHERE state = 'held' AND held_until < 9223372036854775807;
