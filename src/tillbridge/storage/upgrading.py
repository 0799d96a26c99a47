"""Brings a database to this version's tables, step by step. Loaded by ``Database`` only when a step is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor

from tillbridge.domain.errors import NewerDatabase, StorageError
from tillbridge.storage import files


async def bring_up(config: dict[str, Any], dialect: str, path: Path | None) -> None:
    """Copy a file that holds something, then take the missing steps. The caller holds the start-up lock.

    Raises NewerDatabase naming steps this version does not know; then nothing is touched.
    """
    async with TortoiseContext() as context:
        await context.init(config=config)
        client = context.connections.get(dialect)
        # plan() would take an unreachable database for an empty one
        await client.execute_query("SELECT 1")
        executor = MigrationExecutor(client, cast(Any, config["apps"]))
        steps = await executor.plan()
        applied = set(executor.loader.applied_migrations)
        if unknown := applied - set(executor.loader.disk_migrations):
            raise NewerDatabase(steps=", ".join(sorted(each.name for each in unknown)))
        if not steps:
            return
        if path is not None and applied:
            await files.copied(path, path.with_name(f"{path.name}.before-{steps[0].migration.name}"))
        await executor.migrate(direction="forward")
        if path is not None and (await client.execute_query("PRAGMA foreign_key_check"))[1]:
            raise StorageError(reason="the update left rows without their owner; the copy before it is kept")
