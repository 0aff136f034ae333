-- What was refused for want of authority: who tried what, where, and why it was refused. It is no
-- part of the record, in which a refused command leaves no trace; whoever looks after accounts
-- reads it. Times are microseconds since 1970 on the server's clock.

CREATE TABLE refusals (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    account TEXT NOT NULL,
    deployment TEXT NOT NULL,
    what TEXT NOT NULL,
    why TEXT NOT NULL
);

CREATE INDEX refusals_at ON refusals (at);
