-- Who may come in: accounts, what admits them, and the keys they hold.
--
-- A token, a session and a link are kept by their digest only: whoever reads the database can use
-- none of them. Times are microseconds since 1970 on the server's clock; 0 is never.

CREATE TABLE accounts (
    name TEXT NOT NULL PRIMARY KEY,
    password TEXT NOT NULL,
    administrator BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE admissions (
    digest BYTEA NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (name),
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    access TEXT NOT NULL,
    created BIGINT NOT NULL,
    ends BIGINT NOT NULL
);

CREATE INDEX admissions_account ON admissions (account, created);
CREATE INDEX admissions_ends ON admissions (ends);

-- Keys of a person's own devices, and names that other sign-on services know them by.
CREATE TABLE identities (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (name),
    body TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE INDEX identities_account ON identities (account, kind);
