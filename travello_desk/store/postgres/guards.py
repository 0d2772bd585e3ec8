"""SQLite's triggers into PostgreSQL's: the guards of the migrations are written once and stand in both databases.

A trigger's body may refuse (`SELECT RAISE(ABORT, ...)`, with or without a condition) or change rows; anything else is
refused here, so that no guard is lost silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from travello_desk.store.postgres.dialect import plain

TRIGGER: Final = re.compile(
    r"CREATE TRIGGER (?P<name>\w+)\s+(?P<when>BEFORE|AFTER)\s+(?P<what>INSERT|UPDATE|DELETE)"
    r"(?P<columns>\s+OF\s+[\w,\s]+?)?\s+ON\s+(?P<table>\w+)(?:\s+FOR EACH ROW)?"
    r"(?:\s+WHEN\s+(?P<condition>.+?))?\s+BEGIN\s+(?P<body>.+)\bEND;?\s*$",
    re.DOTALL | re.IGNORECASE,
)
REFUSAL: Final = re.compile(r"SELECT\s+RAISE\s*\(\s*\w+\s*,\s*('(?:[^']|'')*')\s*\)(?P<rest>.*)", re.DOTALL)
CHANGE: Final = re.compile(r"(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
SEARCH_INDEX: Final = re.compile(r"\bbookings_(?:fts|trigram)\b")


def statements(sql: str) -> Iterator[str]:
    """The function and the trigger that do what this trigger of SQLite's does; none for the search indexes'."""
    if SEARCH_INDEX.search(sql):
        return  # 0001_search.py of PostgreSQL's own migrations keeps its index
    match = TRIGGER.match(sql.strip())
    if match is None:
        raise ValueError(f"not a trigger that PostgreSQL can be taught: {sql[:80]}")
    name, what, condition = match["name"], match["what"].upper(), match["condition"]
    body = "\n".join(step(part) for part in parts(match["body"]))
    if condition:
        body = f"IF {plain(condition)} THEN\n{body}\nEND IF;"
    row = "OLD" if what == "DELETE" else "NEW"
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$\n"
        f"BEGIN\n{body}\nRETURN {row};\nEND $guard$"
    )
    columns = match["columns"] or ""
    yield (
        f"CREATE TRIGGER {name} {match['when']} {what}{columns} ON {match['table']}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def dropped(sql: str) -> str:
    """A guard goes with the function it was made of, so that a later migration may make it anew."""
    return f"DROP FUNCTION {sql.split()[2]}() CASCADE"


def parts(body: str) -> list[str]:
    """The statements of a body; none of ours has a semicolon within a text."""
    return [part.strip() for part in body.split(";") if part.strip()]


def step(statement: str) -> str:
    refusal = REFUSAL.fullmatch(statement)
    if refusal:
        return (
            f"IF EXISTS (SELECT 1 {plain(refusal['rest'])}) THEN\n"
            f"RAISE EXCEPTION USING MESSAGE = {refusal[1]}, ERRCODE = 'integrity_constraint_violation';\nEND IF;"
        )
    if CHANGE.match(statement):
        return f"{plain(statement)};"
    raise ValueError(f"a trigger may refuse or change rows, not: {statement[:80]}")
