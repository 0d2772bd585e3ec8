"""The search index on PostgreSQL: words as in SQLite's FTS5, letters in threes as in its trigram index.

One narrow table beside bookings, kept by triggers that watch the searched columns only, so that a payment never touches
it or its indexes. No extension is needed: GIN over a tsvector and over an array of trigrams are PostgreSQL's own.
"""

from typing import Any

# What lower() and the classes of regular expressions know beyond ASCII depends on the collation: the first of these
# that the server has.
COLLATIONS = ("und-x-icu", "pg_unicode_fast", "pg_c_utf8", "C.utf8")
COLUMNS = "reference, guest_name, guest_email, guest_phone, room"
NAMES = COLUMNS.split(", ")
NEW = ", ".join(f"new.{name}" for name in NAMES)
TYPED = ", ".join(f"{name} TEXT" for name in NAMES)

STATEMENTS = (
    """
    CREATE FUNCTION travello_fold(what TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT lower(normalize(regexp_replace(normalize(what, NFD), U&'[\\0300-\\036f]', '', 'g'), NFC)
            COLLATE {collation})
    $body$
    """,
    # The words of a column, each alone and once more with the column's name before it, for `name:khan`. The slash in
    # front keeps a search for "guest" from finding every guest_name.
    """
    CREATE FUNCTION travello_words(name TEXT, what TEXT) RETURNS TEXT[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT COALESCE(array_agg(left(word, 400)) || array_agg('/' || name || '/' || left(word, 400)), '{{}}')
        FROM regexp_split_to_table(travello_fold(what), '[^[:alnum:]-]+' COLLATE {collation}) AS word
        WHERE word <> ''
    $body$
    """,
    """
    CREATE FUNCTION travello_grams(what TEXT) RETURNS TEXT[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT COALESCE(array_agg(DISTINCT substr(small, place, 3)), '{{}}')
        FROM (SELECT lower(what COLLATE {collation}) AS small) AS lowered,
            generate_series(1, length(small) - 2) AS place
    $body$
    """,
    # FTS5's query text, as playhouse.fts_parser composes it, as a tsquery: "kha"* AND "guest_name": "aye"* NOT "x"*
    """
    CREATE FUNCTION travello_query(typed TEXT) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT replace(replace(replace(regexp_replace(regexp_replace(regexp_replace(
            replace(replace(travello_fold(typed), '\\', ' '), '''', ' '),
            '"(\\w+)"\\s*:\\s*"([^"]*)"\\*', '''/\\1/\\2'':*', 'g'),
            '"([^"]*)"\\*', '''\\1'':*', 'g'),
            '"([^"]*)"', '''\\1''', 'g'),
            ' and ', ' & '), ' or ', ' | '), ' not ', ' & !')::tsquery
    $body$
    """,
    # The trigram index's query text: "abc" AND "bcd"
    """
    CREATE FUNCTION travello_grams_of(typed TEXT) RETURNS TEXT[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT array_agg(lower(replace(part[1], '""', '"') COLLATE {collation}))
        FROM regexp_matches(typed, '"((?:[^"]|"")*)"', 'g') AS part
    $body$
    """,
    f"""
    CREATE FUNCTION travello_search_words({TYPED}) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $body$
        SELECT array_to_tsvector({" || ".join(f"travello_words('{name}', {name})" for name in NAMES)})
    $body$
    """,
    f"""
    CREATE FUNCTION travello_search_grams({TYPED}) RETURNS TEXT[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $body$
        SELECT {" || ".join(f"travello_grams({name})" for name in NAMES)}
    $body$
    """,
    f"""
    CREATE TABLE booking_search (
        booking_id BIGINT PRIMARY KEY REFERENCES bookings (id) ON DELETE CASCADE,
        {", ".join(f"{name} TEXT NOT NULL" for name in NAMES)}
    )
    """,
    f"CREATE INDEX booking_search_words ON booking_search USING gin (travello_search_words({COLUMNS}))",
    f"CREATE INDEX booking_search_grams ON booking_search USING gin (travello_search_grams({COLUMNS}))",
    f"""
    CREATE FUNCTION booking_search_kept() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        INSERT INTO booking_search (booking_id, {COLUMNS}) VALUES (new.id, {NEW})
        ON CONFLICT (booking_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in NAMES)};
        RETURN NULL;
    END $body$
    """,
    "CREATE TRIGGER booking_search_insert AFTER INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION booking_search_kept()",
    f"CREATE TRIGGER booking_search_update AFTER UPDATE OF {COLUMNS} ON bookings"
    " FOR EACH ROW EXECUTE FUNCTION booking_search_kept()",
)


def up(migrator: Any, db: Any) -> None:
    known = {row[0] for row in db.execute_sql("SELECT collname FROM pg_collation").fetchall()}
    collation = next((f'"{name}"' for name in COLLATIONS if name in known), '"default"')
    for statement in STATEMENTS:
        db.execute_sql(statement.replace("{collation}", collation).replace("{{}}", "{}"))
