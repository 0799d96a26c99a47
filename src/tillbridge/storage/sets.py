"""Many rows as one parameter, so that a group costs one statement. The queue's writing uses it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tillbridge.storage.database import Database

_POSTGRESQL = {"id": "uuid", "text": "text", "number": "bigint", "time": "timestamptz", "json": "jsonb"}


def table_of(database: Database, columns: Mapping[str, str]) -> str:
    """The text of a table ``v`` in a FROM clause, filled by one parameter of ``rows_for``.

    ``columns`` are names with a kind each: id, text, number, time or json.
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


def _value(database: Database, kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "json":
        # SQLite keeps documents as text and would take a nested one apart
        return json.dumps(value) if database.is_sqlite else value
    if isinstance(value, datetime):
        return database.value(value) if database.is_sqlite else value.isoformat()
    return str(value) if isinstance(value, UUID) else value
