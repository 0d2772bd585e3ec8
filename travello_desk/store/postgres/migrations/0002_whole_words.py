"""A word of one column may be asked for as a whole: `"room": "31"`, not only as the beginning of others."""

from typing import Any

QUERY = """
    CREATE OR REPLACE FUNCTION travello_query(typed TEXT) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT replace(replace(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            replace(replace(travello_fold(typed), '\\', ' '), '''', ' '),
            '"(\\w+)"\\s*:\\s*"([^"]*)"\\*', '''/\\1/\\2'':*', 'g'),
            '"(\\w+)"\\s*:\\s*"([^"]*)"', '''/\\1/\\2''', 'g'),
            '"([^"]*)"\\*', '''\\1'':*', 'g'),
            '"([^"]*)"', '''\\1''', 'g'),
            ' and ', ' & '), ' or ', ' | '), ' not ', ' & !')::tsquery
    $body$
"""


def up(migrator: Any, db: Any) -> None:
    db.execute_sql(QUERY)
