"""The first schema. Frozen SQL on purpose: later changes of the models must not change what this file made.

`{pk}` is the database's auto-incrementing integer key. Amounts are minor units, instants unix seconds (UTC), days
ISO text.
"""

from collections.abc import Iterator
from typing import Any

TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE staff (
    id {pk},
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    role TEXT NOT NULL CHECK (role IN ('clerk', 'manager', 'owner')),
    pin_hash TEXT NOT NULL,
    refund_limit_minor BIGINT CHECK (refund_limit_minor >= 0),
    disabled_at BIGINT,
    failed_tries INTEGER NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

CREATE TABLE bookings (
    id {pk},
    reference TEXT NOT NULL UNIQUE CHECK (length(reference) BETWEEN 1 AND 64),
    guest_name TEXT NOT NULL,
    guest_email TEXT NOT NULL DEFAULT '',
    guest_phone TEXT NOT NULL DEFAULT '',
    user_id BIGINT,
    room TEXT NOT NULL DEFAULT '',
    check_in TEXT NOT NULL,
    check_out TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    method TEXT NOT NULL CHECK (method IN ('ONLINE', 'ARRIVAL')),
    guest_code TEXT NOT NULL UNIQUE,
    code_revoked INTEGER NOT NULL DEFAULT 0,
    language TEXT NOT NULL DEFAULT 'en',
    notes TEXT NOT NULL DEFAULT '',
    cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),
    no_show INTEGER NOT NULL DEFAULT 0 CHECK (no_show IN (0, 1)),
    status TEXT NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'PAID', 'CANCELLED')),
    payment_status TEXT NOT NULL DEFAULT 'NOT_INITIATED',
    badge TEXT NOT NULL DEFAULT 'DUE',
    paid_minor BIGINT NOT NULL DEFAULT 0 CHECK (paid_minor >= 0),
    balance_minor BIGINT NOT NULL DEFAULT 0 CHECK (balance_minor >= 0),
    attention INTEGER NOT NULL DEFAULT 0,
    opened_count INTEGER NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX bookings_by_status ON bookings (status, check_in, id);
CREATE INDEX bookings_by_check_in ON bookings (check_in, check_out, id);
CREATE INDEX bookings_with_attention ON bookings (check_in, id) WHERE attention > 0;
CREATE INDEX bookings_with_link ON bookings (check_in, id)
    WHERE badge IN ('LINK OUT', 'CHECKING', 'SETTLING', 'FAILED');

CREATE TABLE payments (
    id {pk},
    uid TEXT NOT NULL UNIQUE,
    booking_id BIGINT NOT NULL REFERENCES bookings (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    booking_amount_minor BIGINT NOT NULL,
    booking_currency TEXT NOT NULL,
    rate TEXT NOT NULL DEFAULT '',
    rate_as_of TEXT NOT NULL DEFAULT '',
    rate_source TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL CHECK (origin IN ('desk', 'api', 'guest', 'adopted')),
    idempotency_key TEXT NOT NULL UNIQUE,
    params TEXT NOT NULL,
    session_id TEXT UNIQUE,
    payment_intent_id TEXT NOT NULL DEFAULT '',
    charge_id TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1)),
    has_extras INTEGER NOT NULL DEFAULT 0 CHECK (has_extras IN (0, 1)),
    status TEXT NOT NULL,
    is_open INTEGER NOT NULL DEFAULT 0 CHECK (is_open IN (0, 1)),
    received_minor BIGINT NOT NULL DEFAULT 0 CHECK (received_minor >= 0),
    received_currency TEXT NOT NULL DEFAULT '',
    refunded_minor BIGINT NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    expire_asked_at BIGINT NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX payments_one_open ON payments (booking_id) WHERE is_open = 1;
CREATE INDEX payments_by_booking ON payments (booking_id, id);
CREATE INDEX payments_unfinished ON payments (id) WHERE status = 'CREATING';
CREATE INDEX payments_to_expire ON payments (id) WHERE expire_asked_at > 0;

CREATE TABLE stripe_links (
    object_id TEXT PRIMARY KEY,
    payment_id BIGINT NOT NULL REFERENCES payments (id)
) WITHOUT ROWID;

CREATE TABLE refunds (
    id {pk},
    uid TEXT UNIQUE,
    payment_id BIGINT NOT NULL REFERENCES payments (id),
    stripe_refund_id TEXT UNIQUE,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    booking_amount_minor BIGINT NOT NULL DEFAULT 0,
    status TEXT NOT NULL,
    facts TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('desk', 'dashboard')),
    reason TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL DEFAULT '',
    approved_by TEXT NOT NULL DEFAULT '',
    idempotency_key TEXT UNIQUE,
    params TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX refunds_by_payment ON refunds (payment_id, id);
CREATE INDEX refunds_unfinished ON refunds (id) WHERE status = 'SENDING';

CREATE TABLE disputes (
    id {pk},
    dispute_id TEXT NOT NULL UNIQUE,
    payment_id BIGINT NOT NULL REFERENCES payments (id),
    status TEXT NOT NULL,
    facts TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX disputes_by_payment ON disputes (payment_id, id);

CREATE TABLE shifts (
    id {pk},
    staff_id BIGINT REFERENCES staff (id),
    name TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    opening_minor BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT,
    counted_minor BIGINT,
    expected_minor BIGINT,
    dropped_minor BIGINT,
    left_minor BIGINT,
    reason TEXT NOT NULL DEFAULT '',
    denominations TEXT NOT NULL DEFAULT '',
    handover_note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX shifts_open ON shifts (id) WHERE closed_at IS NULL;

CREATE TABLE desk_receipts (
    id {pk},
    booking_id BIGINT NOT NULL REFERENCES bookings (id),
    kind TEXT NOT NULL CHECK (kind IN ('mark', 'undo', 'payout')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    tender TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',
    receipt_no TEXT UNIQUE,
    received_minor BIGINT NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    approved_by TEXT NOT NULL DEFAULT '',
    shift_id BIGINT REFERENCES shifts (id),
    at BIGINT NOT NULL
);
CREATE INDEX desk_receipts_by_booking ON desk_receipts (booking_id, id);
CREATE INDEX desk_receipts_by_time ON desk_receipts (at);

CREATE TABLE inbox (
    id {pk},
    event_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    created BIGINT NOT NULL,
    api_version TEXT NOT NULL DEFAULT '',
    received_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    body TEXT NOT NULL,
    outcome TEXT NOT NULL,
    booking_id BIGINT,
    tries INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE dead_letters (
    id {pk},
    event_id TEXT NOT NULL,
    error TEXT NOT NULL,
    body TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 1,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX dead_letters_by_event ON dead_letters (event_id);

CREATE TABLE rejections (
    id {pk},
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    remote TEXT NOT NULL
);

CREATE TABLE loose_facts (
    id {pk},
    object_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    seen BIGINT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL
);
CREATE INDEX loose_facts_by_key ON loose_facts (object_key);

CREATE TABLE timeline (
    id {pk},
    at BIGINT NOT NULL,
    booking_id BIGINT,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL
);
CREATE INDEX timeline_by_booking ON timeline (booking_id, id);

CREATE TABLE attention (
    id {pk},
    booking_id BIGINT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    sentence TEXT NOT NULL,
    facts TEXT NOT NULL DEFAULT '{{}}',
    due_at BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT NOT NULL DEFAULT '',
    close_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attention_by_booking ON attention (booking_id, kind, subject);
CREATE INDEX attention_open ON attention (id) WHERE closed_at IS NULL;

CREATE TABLE outbox (
    id {pk},
    kind TEXT NOT NULL,
    booking_id BIGINT REFERENCES bookings (id),
    dedupe_key TEXT NOT NULL UNIQUE,
    recipient TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT 'en',
    payload TEXT NOT NULL,
    message_id TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'cancelled')),
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at BIGINT NOT NULL,
    last_error TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (next_try_at) WHERE status IN ('queued', 'sending');
CREATE INDEX outbox_by_booking ON outbox (booking_id, id);

CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL);

CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, expires_at BIGINT NOT NULL);
"""

SEARCHED = "reference, guest_name, guest_email, guest_phone, room"
NEW = "new.id, " + ", ".join(f"new.{name}" for name in SEARCHED.split(", "))
OLD = "old.id, " + ", ".join(f"old.{name}" for name in SEARCHED.split(", "))
TOKENIZER = "unicode61 remove_diacritics 2 tokenchars ''-''"

# External content: the words are stored once, in bookings. Triggers watch only the searched columns, so that a
# payment never touches the index. The second index finds the middle of a word.
SQLITE_SEARCH = f"""
CREATE VIRTUAL TABLE bookings_fts USING fts5({SEARCHED}, content='bookings', content_rowid='id',
    tokenize='{TOKENIZER}', prefix='1 2 3', detail=column, columnsize=0);
CREATE VIRTUAL TABLE bookings_trigram USING fts5({SEARCHED}, content='bookings', content_rowid='id',
    tokenize='trigram', detail=none, columnsize=0);
CREATE TRIGGER bookings_fts_insert AFTER INSERT ON bookings BEGIN
    INSERT INTO bookings_fts (rowid, {SEARCHED}) VALUES ({NEW});
    INSERT INTO bookings_trigram (rowid, {SEARCHED}) VALUES ({NEW});
END;
CREATE TRIGGER bookings_fts_update AFTER UPDATE OF {SEARCHED} ON bookings BEGIN
    INSERT INTO bookings_fts (bookings_fts, rowid, {SEARCHED}) VALUES ('delete', {OLD});
    INSERT INTO bookings_trigram (bookings_trigram, rowid, {SEARCHED}) VALUES ('delete', {OLD});
    INSERT INTO bookings_fts (rowid, {SEARCHED}) VALUES ({NEW});
    INSERT INTO bookings_trigram (rowid, {SEARCHED}) VALUES ({NEW});
END;
"""

# What no code may do, whatever its bugs: refund more than was received, edit the timeline, delete money.
SQLITE_GUARDS = """
CREATE TRIGGER refunds_within_received BEFORE INSERT ON refunds WHEN new.origin = 'desk' BEGIN
    SELECT RAISE(ABORT, 'refunds above what was received')
    WHERE new.amount_minor <= 0 OR new.amount_minor + (
        SELECT COALESCE(SUM(amount_minor), 0) FROM refunds
        WHERE payment_id = new.payment_id AND status NOT IN ('REFUSED', 'failed', 'canceled')
    ) > (SELECT received_minor FROM payments WHERE id = new.payment_id);
END;
CREATE TRIGGER timeline_is_append_only BEFORE UPDATE ON timeline BEGIN
    SELECT RAISE(ABORT, 'the timeline is append-only');
END;
CREATE TRIGGER timeline_is_kept BEFORE DELETE ON timeline BEGIN
    SELECT RAISE(ABORT, 'the timeline is append-only');
END;
CREATE TRIGGER payments_are_kept BEFORE DELETE ON payments BEGIN
    SELECT RAISE(ABORT, 'payments are never deleted');
END;
CREATE TRIGGER refunds_are_kept BEFORE DELETE ON refunds BEGIN
    SELECT RAISE(ABORT, 'refunds are never deleted');
END;
CREATE TRIGGER desk_receipts_are_kept BEFORE DELETE ON desk_receipts BEGIN
    SELECT RAISE(ABORT, 'desk receipts are never deleted');
END;
CREATE TRIGGER desk_receipts_stand BEFORE UPDATE ON desk_receipts BEGIN
    SELECT RAISE(ABORT, 'desk receipts are never changed');
END;
CREATE TRIGGER inbox_is_kept BEFORE DELETE ON inbox BEGIN
    SELECT RAISE(ABORT, 'the inbox keeps every event');
END;
"""


def statements(script: str) -> Iterator[str]:
    """Split on `;` at the end of a line, keeping trigger bodies whole."""
    statement, in_trigger = "", False
    for line in script.splitlines():
        statement += line + "\n"
        in_trigger = in_trigger or line.startswith("CREATE TRIGGER")
        if line.rstrip().endswith(";") and (not in_trigger or line.startswith("END;")):
            yield statement.strip()
            statement, in_trigger = "", False


def up(migrator: Any, db: Any) -> None:
    for statement in statements(TABLES.format(pk="INTEGER PRIMARY KEY AUTOINCREMENT")):
        db.execute_sql(statement)
    for statement in statements(SQLITE_SEARCH + SQLITE_GUARDS):
        db.execute_sql(statement)
