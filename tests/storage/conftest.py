"""What tests of storage share: databases of both kinds, a connection and jobs to fill them with."""

from __future__ import annotations

from tests.support.databases import (  # noqa: F401  fixtures are found by name
    address,
    clock,
    postgresql,
    sqlite_address,
    sqlite_storage,
    storage,
)
