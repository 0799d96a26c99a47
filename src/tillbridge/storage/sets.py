"""Many rows as one parameter, so that a group costs one statement. The queue and the pages of pulls are written so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.storage.database import Database

_POSTGRESQL = {
    "id": "uuid",
    "text": "text",
    "number": "bigint",
    "time": "timestamptz",
    "json": "jsonb",
    "flag": "boolean",
}


def table_of(database: Database, columns: Mapping[str, str]) -> str:
    """The text of a table ``v`` in a FROM clause, filled by one parameter of ``rows_for``.

    ``columns`` are names with a kind each: id, text, number, flag, time or json.
    """
    if database.is_sqlite:
        picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
        return f"(SELECT {picked} FROM json_each(?)) AS v"
    return _recordset(columns)


def given(columns: Mapping[str, str]) -> str:
    """The same table as part of a PostgreSQL statement that reads it more than once."""
    return f"v AS MATERIALIZED (SELECT * FROM {_recordset(columns)})"


def _recordset(columns: Mapping[str, str]) -> str:
    shape = ", ".join(f"{name} {_POSTGRESQL[kind]}" for name, kind in columns.items())
    return f"jsonb_to_recordset(CAST(? AS jsonb)) AS v({shape})"


def rows_for(database: Database, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """The parameter: each row's values under the names of ``columns``; json ones as dicts."""
    return json.dumps(
        [{name: _value(database, kind, row[name]) for name, kind in columns.items()} for row in rows],
        separators=(",", ":"),
    )


def among(database: Database) -> str:
    """A subquery of texts for ``IN``, filled by one parameter of ``texts``, however many they are."""
    if database.is_sqlite:
        return "(SELECT value FROM json_each(?))"
    return "(SELECT jsonb_array_elements_text(CAST(? AS jsonb)))"


def texts(values: Iterable[str]) -> str:
    """The parameter of ``among``."""
    return json.dumps(list(values))


def kept(database: Database, table: str, columns: Mapping[str, str], key: str, changes: str) -> str:
    """A statement that writes the rows of one parameter of ``rows_for``; ``changes`` where ``key`` is known already."""
    names = ", ".join(columns)
    picked = ", ".join(f"v.{name}" for name in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {picked} FROM {table_of(database, columns)} WHERE true "
        f"ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )


def taken(*names: str) -> str:
    """Changes of ``kept``: these columns as they were given."""
    return ", ".join(f"{name} = excluded.{name}" for name in names)


def _value(database: Database, kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "json":
        # SQLite keeps documents as text and would take a nested one apart
        return json.dumps(value) if database.is_sqlite else value
    if isinstance(value, datetime):
        return database.value(value) if database.is_sqlite else value.isoformat()
    return str(value) if isinstance(value, UUID) else value
