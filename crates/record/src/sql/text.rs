//! Every statement, in the SQL that SQLite and PostgreSQL share.
//!
//! Only two things are said differently: what time it is, and how an order is
//! claimed beside other claimants. A statement whose number of rows varies is
//! given here without its tuples, which `rows` adds.

/// The time of the database's own clock, in microseconds.
pub(super) const NOW_SQLITE: &str = "SELECT CAST(unixepoch('subsec') * 1000000 AS BIGINT)";
pub(super) const NOW_POSTGRES: &str =
    "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

pub(super) const CREATE: &str = "INSERT INTO deployments
    (name, seq, hash, epoch, frontier, checkpoint, vkey, leader, led_until)
    VALUES ($1, 0, $2, 0, $3, $4, $5, '', 0)
    ON CONFLICT (name) DO UPDATE SET checkpoint = excluded.checkpoint, vkey = excluded.vkey
    WHERE deployments.seq = 0";
/// One without an entry is not there yet: whoever created it was interrupted.
pub(super) const DEPLOYMENTS: &str = "SELECT name FROM deployments WHERE seq > 0 ORDER BY name";
pub(super) const EXISTS: &str = "SELECT seq FROM deployments WHERE name = $1";
pub(super) const TIP: &str = "SELECT seq, hash, epoch, frontier, checkpoint, vkey, contradicted
    FROM deployments WHERE name = $1";
pub(super) const MOVE: &str = "UPDATE deployments
    SET seq = $1, hash = $2, frontier = $3, checkpoint = $4, vkey = $5
    WHERE name = $6 AND seq = $7 AND epoch = $8";
pub(super) const ACCEPT: &str = "UPDATE deployments
    SET epoch = epoch + 1, checkpoint = $1, leader = '', led_until = 0, contradicted = ''
    WHERE name = $2 AND seq = $3 AND epoch = $4";
/// The first one stays until people have decided. The epoch fences whoever was writing.
pub(super) const CONTRADICT: &str = "UPDATE deployments
    SET epoch = epoch + 1, leader = '', led_until = 0, contradicted = $1
    WHERE name = $2 AND contradicted = ''";

/// The epoch is the time, so that it never comes again: a database that was put back knows of fewer.
pub(super) const LEAD: &str = "UPDATE deployments
    SET epoch = CASE WHEN epoch < $4 THEN $4 ELSE epoch + 1 END, leader = $1, led_until = $2, claimable = 0
    WHERE name = $3 AND (led_until <= $4 OR leader = $1) RETURNING epoch";
pub(super) const LEADER: &str = "SELECT leader, led_until FROM deployments WHERE name = $1";
/// Who was silent for too long has not called back what must not begin any more by now.
pub(super) const KEEP_LEADING: &str = "UPDATE deployments
    SET led_until = $1, claimable = CASE WHEN led_until > $4 THEN claimable ELSE 0 END
    WHERE name = $2 AND epoch = $3 AND leader <> ''";
/// Where they are let already, nothing is written.
pub(super) const LET_CLAIM: &str = "UPDATE deployments SET claimable = 1
    WHERE name = $1 AND epoch = $2 AND leader <> '' AND claimable = 0";
pub(super) const STOP_LEADING: &str = "UPDATE deployments SET leader = '', led_until = 0
    WHERE name = $1 AND epoch = $2";

pub(super) const READ: &str = "SELECT seq, body, hash FROM entries
    WHERE deployment = $1 AND seq > $2 ORDER BY seq LIMIT $3";
/// Many bodies as one value. SQLite joins rows as they come, and they come in order; PostgreSQL says so.
pub(super) const STRETCH_SQLITE: &str =
    "SELECT COUNT(*), COALESCE(MAX(seq), 0), string_agg(body, $4)
    FROM (SELECT seq, body FROM entries
        WHERE deployment = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS page";
pub(super) const STRETCH_POSTGRES: &str =
    "SELECT COUNT(*), COALESCE(MAX(seq), 0), string_agg(body, $4 ORDER BY seq)
    FROM (SELECT seq, body FROM entries
        WHERE deployment = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS page";
pub(super) const HASH: &str = "SELECT hash FROM entries WHERE deployment = $1 AND seq = $2";
pub(super) const COMMAND: &str = "SELECT seq FROM commands WHERE deployment = $1 AND id = $2";
pub(super) const CONTENT: &str = "SELECT body FROM contents WHERE digest = $1";
pub(super) const CONTENTS: &str = "SELECT digest, seq, whose FROM deployment_contents
    WHERE deployment = $1 AND digest > $2 ORDER BY digest LIMIT $3";
pub(super) const KEPT: &str = "SELECT digest, seq, whose FROM deployment_contents
    WHERE deployment = $1 AND digest = $2";
pub(super) const CONTENTS_BETWEEN: &str = "SELECT digest, seq, whose FROM deployment_contents
    WHERE deployment = $1 AND seq > $2 AND seq <= $3 ORDER BY seq, digest LIMIT $4";
pub(super) const OPENINGS: &str = "SELECT contents.body
    FROM deployment_contents JOIN contents ON contents.digest = deployment_contents.digest
    WHERE deployment_contents.deployment = $1 AND deployment_contents.whose = $2";
pub(super) const NOTICES: &str = "SELECT seq, n, body FROM notices
    WHERE deployment = $1 AND delivered = 0 AND (seq, n) > ($2, $3) ORDER BY seq, n LIMIT $4";
pub(super) const NOTICE_LAST: &str = "SELECT n FROM notices
    WHERE deployment = $1 AND seq = $2 ORDER BY n DESC LIMIT 1";
pub(super) const NOTICE_DELIVERED: &str = "UPDATE notices SET delivered = 1, body = ''
    WHERE deployment = $1 AND seq = $2 AND n = $3";
pub(super) const SNAPSHOT: &str = "SELECT
        snapshots.seq, snapshots.hash, snapshots.body, snapshots.seal
    FROM snapshots JOIN entries ON entries.deployment = snapshots.deployment
        AND entries.seq = snapshots.seq AND entries.hash = snapshots.hash
    WHERE snapshots.deployment = $1 AND snapshots.seq < $2
    ORDER BY snapshots.seq DESC LIMIT 1";
pub(super) const PUT_SNAPSHOT: &str = "INSERT INTO snapshots (deployment, seq, hash, body, seal)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (deployment, seq)
    DO UPDATE SET hash = excluded.hash, body = excluded.body, seal = excluded.seal";
pub(super) const FORGET_SNAPSHOTS: &str = "DELETE FROM snapshots WHERE deployment = $1
    AND seq NOT IN (SELECT seq FROM snapshots WHERE deployment = $1 ORDER BY seq DESC LIMIT $2)";

pub(super) const TAKE_TICKETS: &str = "UPDATE tickets SET last = last + $1 RETURNING last";

// These take tuples where `{}` stands.
pub(super) const KNOWN_COMMANDS: &str =
    "SELECT id, seq FROM commands WHERE deployment = $1 AND id IN ({}) ORDER BY id LIMIT 1";
pub(super) const ADD_ENTRIES: &str = "INSERT INTO entries (deployment, seq, hash, body) VALUES {}";
pub(super) const ADD_COMMANDS: &str =
    "INSERT INTO commands (deployment, id, seq) VALUES {} ON CONFLICT DO NOTHING";
pub(super) const ADD_ORDERS: &str = "INSERT INTO orders
    (deployment, number, id, intent, state, token, holder, held_until, perhaps_begun, body) VALUES {}
    ON CONFLICT DO NOTHING";
pub(super) const KNOWN_ORDERS: &str =
    "SELECT id FROM orders WHERE deployment = $1 AND number <= $2 AND id IN ({})";
pub(super) const ADD_CONTENTS: &str =
    "INSERT INTO contents (digest, body) VALUES {} ON CONFLICT DO NOTHING";
pub(super) const ADD_DEPLOYMENT_CONTENTS: &str =
    "INSERT INTO deployment_contents (deployment, seq, digest, whose) VALUES {}
    ON CONFLICT DO NOTHING";
pub(super) const CONTENTS_OF: &str = "SELECT body FROM contents WHERE digest IN ({})";
pub(super) const SCRUB_SQLITE: &str = "VACUUM";
pub(super) const EMPTY_LOG_SQLITE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
pub(super) const SCRUB_POSTGRES: [&str; 3] =
    ["VACUUM (FULL) contents", "VACUUM (FULL) deployment_contents", "VACUUM (FULL) notices"];
pub(super) const FORGET: &str = "DELETE FROM deployment_contents
    WHERE deployment = $1 AND whose IN ({}) RETURNING digest";
pub(super) const FORGET_CONTENTS: &str = "DELETE FROM contents WHERE digest IN ({})";
pub(super) const ADD_NOTICES: &str =
    "INSERT INTO notices (deployment, seq, delivered, n, body) VALUES {}";
pub(super) const SETTLE: &str = "DELETE FROM orders WHERE number IN (
        SELECT orders.number FROM (VALUES {}) AS given CROSS JOIN orders
        WHERE orders.deployment = given.column1 AND orders.id = given.column2
            AND orders.token = given.column3 AND orders.state IN ('held', 'reported'))
    RETURNING id";
/// Of those that one entry intends the first that is left: whoever has it has those behind it.
pub(super) const WITHDRAW: &str = "DELETE FROM orders
    WHERE deployment = $1 AND state = 'open' AND perhaps_begun = 0 AND id IN ({})
        AND NOT EXISTS (SELECT 1 FROM orders AS ahead WHERE ahead.number = orders.number - 1
            AND ahead.deployment = orders.deployment AND ahead.intent = orders.intent)
    RETURNING id";
pub(super) const WITHHOLD: &str = "UPDATE orders SET withhold = given.column2
    FROM (VALUES {}) AS given WHERE orders.deployment = $1 AND orders.id = given.column1
        AND orders.state IN ('open', 'held')";
/// History was lost: what workers had or may have had is asked for anew.
pub(super) const FORGET_HOLDERS: &str = "UPDATE orders
    SET state = 'open', token = 0, held_until = 0, report = NULL, perhaps_begun = 1
    WHERE deployment = $1 AND (state <> 'held' OR held_until < 9223372036854775807)";
pub(super) const STOP: &str = "UPDATE orders SET stop = given.column2
    FROM (VALUES {}) AS given WHERE orders.deployment = $1 AND orders.id = given.column1
        AND orders.state IN ('open', 'held')";
pub(super) const REGRANT: &str = "UPDATE orders
    SET state = 'held', holder = given.column2, held_until = $2
    FROM (VALUES {}) AS given WHERE orders.deployment = $1 AND orders.id = given.column1
        AND orders.state IN ('open', 'held')
    RETURNING number, intent, deployment, id, body";
/// The seal that would be of the order with a number: the last one that begins by then.
pub(super) const SEAL: &str = "SELECT first, digests, note FROM seals
    WHERE deployment = $1 AND first <= $2 ORDER BY first DESC LIMIT 1";
pub(super) const PUT_SEAL: &str = "INSERT INTO seals (deployment, first, digests, note)
    VALUES ($1, $2, $3, $4) ON CONFLICT (deployment, first)
    DO UPDATE SET digests = excluded.digests, note = excluded.note";
/// Of the oldest ones those whose orders have all left the queue. Numbers are those of the whole database: by them
/// alone its index is used.
pub(super) const FORGET_SEALS: &str = "DELETE FROM seals WHERE deployment = $1
    AND first IN (SELECT first FROM seals WHERE deployment = $1 ORDER BY first LIMIT $2)
    AND NOT EXISTS (SELECT 1 FROM orders
        WHERE orders.number >= first AND orders.number < first + length(digests) / 32)";
pub(super) const FORGET_LAST_SEALS: &str = "DELETE FROM seals WHERE deployment = $1
    AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.deployment = $1)";
pub(super) const DROP_SEALS: &str = "DELETE FROM seals WHERE deployment = $1";
pub(super) const QUEUED: &str = "SELECT number, intent, deployment, id, body FROM orders
    WHERE deployment = $1 ORDER BY number";
pub(super) const SET_TOKENS: &str = "UPDATE orders SET token = given.column2
    FROM (VALUES {}) AS given WHERE orders.number = given.column1";

/// The oldest orders that may be claimed: those that nobody has had, and those whose lease has run
/// out, but of those that one entry intends only the first that is left; none of a record that is
/// contradicted. PostgreSQL passes over rows that another claimant is taking just now; SQLite has one
/// writer.
pub(super) const OPEN_SQLITE: &str =
    "SELECT number, intent, deployment, id, body, holder, perhaps_begun, withhold, stop,
        held_until
    FROM orders
    WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM orders AS ahead
        WHERE ahead.number = orders.number - 1 AND ahead.deployment = orders.deployment
            AND ahead.intent = orders.intent)
        AND (SELECT led_until > $1 AND claimable = 1 AND contradicted = '' AND vkey = $3
            FROM deployments WHERE name = orders.deployment)
    ORDER BY number LIMIT $2";
pub(super) const OPEN_POSTGRES: &str =
    "SELECT number, intent, deployment, id, body, holder, perhaps_begun, withhold, stop,
        held_until
    FROM orders
    WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM orders AS ahead
        WHERE ahead.number = orders.number - 1 AND ahead.deployment = orders.deployment
            AND ahead.intent = orders.intent)
        AND (SELECT led_until > $1 AND claimable = 1 AND contradicted = '' AND vkey = $3
            FROM deployments WHERE name = orders.deployment)
    ORDER BY number LIMIT $2 FOR UPDATE OF orders SKIP LOCKED";
pub(super) const LAPSED_SQLITE: &str =
    "SELECT number, intent, deployment, id, body, holder, perhaps_begun, withhold, stop,
        held_until
    FROM orders
    WHERE state = 'held' AND held_until < 9223372036854775807 AND held_until <= $1
        AND NOT EXISTS (SELECT 1 FROM orders AS ahead
            WHERE ahead.number = orders.number - 1 AND ahead.deployment = orders.deployment
                AND ahead.intent = orders.intent)
        AND (SELECT led_until > $1 AND claimable = 1 AND contradicted = '' AND vkey = $3
            FROM deployments WHERE name = orders.deployment)
    ORDER BY held_until, number LIMIT $2";
pub(super) const LAPSED_POSTGRES: &str =
    "SELECT number, intent, deployment, id, body, holder, perhaps_begun, withhold, stop,
        held_until
    FROM orders
    WHERE state = 'held' AND held_until < 9223372036854775807 AND held_until <= $1
        AND NOT EXISTS (SELECT 1 FROM orders AS ahead
            WHERE ahead.number = orders.number - 1 AND ahead.deployment = orders.deployment
                AND ahead.intent = orders.intent)
        AND (SELECT led_until > $1 AND claimable = 1 AND contradicted = '' AND vkey = $3
            FROM deployments WHERE name = orders.deployment)
    ORDER BY held_until, number LIMIT $2 FOR UPDATE OF orders SKIP LOCKED";
/// The orders behind one that is claimed, which one entry intends with it: they are claimed along.
pub(super) const BEHIND_SQLITE: &str =
    "SELECT number, intent, deployment, id, body, holder, perhaps_begun, withhold, stop,
        held_until
    FROM orders WHERE number > $1 AND number < $2 AND deployment = $3 AND intent = $4
        AND state IN ('open', 'held') ORDER BY number";
pub(super) const BEHIND_POSTGRES: &str =
    "SELECT number, intent, deployment, id, body, holder, perhaps_begun, withhold, stop,
        held_until
    FROM orders WHERE number > $1 AND number < $2 AND deployment = $3 AND intent = $4
        AND state IN ('open', 'held') ORDER BY number FOR UPDATE SKIP LOCKED";
pub(super) const TAKE: &str = "UPDATE orders
    SET state = 'held', holder = $1, held_until = $2, token = given.column2
    FROM (VALUES {}) AS given WHERE orders.number = given.column1";
pub(super) const RENEW: &str = "UPDATE orders SET held_until = $1
    WHERE state = 'held' AND held_until < 9223372036854775807 AND holder = $2 AND held_until > $3
        AND token IN ({}) RETURNING token, withhold, stop";
pub(super) const GIVE_BACK: &str = "UPDATE orders SET held_until = $1
    WHERE state = 'held' AND held_until < 9223372036854775807 AND holder = $2 AND token IN ({})";

pub(super) const ENLIST: &str = "INSERT INTO workers (name, session, here_until)
    VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET session = excluded.session, here_until = excluded.here_until";
pub(super) const FORGET_WORKERS: &str = "DELETE FROM workers WHERE here_until < $1";
pub(super) const IS_ENLISTED: &str =
    "SELECT name FROM workers WHERE name = $1 AND session = $2 AND here_until > $3";
pub(super) const STAY_ENLISTED: &str =
    "UPDATE workers SET here_until = $4 WHERE name = $1 AND session = $2 AND here_until > $3";
pub(super) const LEAVE: &str = "DELETE FROM workers WHERE name = $1 AND session = $2";
pub(super) const WORKERS: &str = "SELECT name, here_until FROM workers ORDER BY name";
pub(super) const REPORT: &str = "UPDATE orders SET state = 'reported', report = given.column4
    FROM (VALUES {}) AS given WHERE orders.deployment = given.column1
        AND orders.id = given.column2 AND orders.token = given.column3
        AND orders.state = 'held' AND orders.held_until > $1";
pub(super) const COUNTED: &str = "SELECT orders.deployment, orders.id, orders.token
    FROM orders JOIN (VALUES {}) AS given ON orders.deployment = given.column1
        AND orders.id = given.column2 AND orders.token = given.column3
    WHERE orders.report IS NOT NULL";
pub(super) const ADD_LATE_REPORTS: &str =
    "INSERT INTO late_reports (deployment, id, token, report) VALUES {} ON CONFLICT DO NOTHING";
pub(super) const REPORTED: &str = "SELECT id, token, report FROM orders
    WHERE deployment = $1 AND state = 'reported' ORDER BY number LIMIT $2";
pub(super) const LATE_REPORTS: &str = "SELECT id, token, report FROM late_reports
    WHERE deployment = $1 ORDER BY id, token LIMIT $2";
pub(super) const OPEN_ORDERS: &str =
    "SELECT id, intent, state, token, holder, held_until FROM orders
    WHERE deployment = $1 ORDER BY number";

/// A row that is not sealed is as good as none: whoever looks for one has looked at its seal before.
pub(super) const PUT_ACCOUNT: &str = "INSERT INTO accounts
    (name, password, administrator, disabled, created, seal) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (name) DO UPDATE SET password = excluded.password,
        administrator = excluded.administrator, disabled = excluded.disabled,
        created = excluded.created, seal = excluded.seal";
pub(super) const REPLACE_ACCOUNT: &str = "UPDATE accounts
    SET password = $1, administrator = $2, disabled = $3, seal = $4 WHERE name = $5";
pub(super) const ACCOUNT: &str = "SELECT name, password, administrator, disabled, created, seal
    FROM accounts WHERE name = $1";
pub(super) const ACCOUNTS: &str = "SELECT name, password, administrator, disabled, created, seal
    FROM accounts WHERE name > $1 ORDER BY name LIMIT $2";
pub(super) const NEVER_SEALED: &str = "SELECT COUNT(*) FROM accounts WHERE seal = ''";
pub(super) const SEAL_ACCOUNT: &str = "UPDATE accounts SET seal = $1 WHERE name = $2";
pub(super) const ADD_ADMISSION: &str = "INSERT INTO admissions
    (digest, account, kind, label, access, created, ends, seal)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(super) const FORGET_ADMISSIONS: &str = "DELETE FROM admissions WHERE ends <= $1";
pub(super) const ADMISSION: &str = "SELECT admissions.digest, admissions.account, admissions.kind,
        admissions.label, admissions.access, admissions.created, admissions.ends, admissions.seal,
        accounts.name, accounts.password, accounts.administrator, accounts.disabled,
        accounts.created, accounts.seal
    FROM admissions JOIN accounts ON accounts.name = admissions.account
    WHERE admissions.digest = $1 AND admissions.ends > $2 AND accounts.disabled = 0";
pub(super) const ADMISSIONS: &str =
    "SELECT digest, account, kind, label, access, created, ends, seal
    FROM admissions WHERE account = $1 ORDER BY created, digest";
pub(super) const ALL_ADMISSIONS: &str =
    "SELECT digest, account, kind, label, access, created, ends, seal FROM admissions";
pub(super) const SEAL_ADMISSION: &str = "UPDATE admissions SET seal = $1 WHERE digest = $2";
pub(super) const END_ADMISSION: &str = "DELETE FROM admissions WHERE digest = $1";
pub(super) const END_ALL_ADMISSIONS: &str = "DELETE FROM admissions";
pub(super) const END_ADMISSIONS: &str = "DELETE FROM admissions WHERE account = $1";
pub(super) const ADD_IDENTITY: &str =
    "INSERT INTO identities (kind, id, account, body, created, seal)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body,
        created = excluded.created, seal = excluded.seal
    WHERE identities.account = excluded.account";
pub(super) const FORGET_IDENTITY: &str = "DELETE FROM identities
    WHERE account = $1 AND kind = $2 AND id = $3";
pub(super) const IDENTITY: &str = "SELECT kind, id, account, body, created, seal FROM identities
    WHERE kind = $1 AND id = $2";
pub(super) const IDENTITIES: &str = "SELECT kind, id, account, body, created, seal FROM identities
    WHERE account = $1 ORDER BY kind, id";
pub(super) const ALL_IDENTITIES: &str = "SELECT kind, id, account, body, created, seal
    FROM identities ORDER BY account, kind, id";
pub(super) const SEAL_IDENTITY: &str =
    "UPDATE identities SET seal = $1 WHERE kind = $2 AND id = $3";
pub(super) const ADD_REFUSAL: &str = "INSERT INTO refusals (id, at, account, deployment, what, why)
    VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const FORGET_REFUSALS: &str = "DELETE FROM refusals WHERE at < $1";
pub(super) const REFUSALS: &str = "SELECT at, account, deployment, what, why FROM refusals
    WHERE at < $1 ORDER BY at DESC, id LIMIT $2";
