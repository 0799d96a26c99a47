"""Opening a database: brought up to date with all that is in it, one process at a time, for its owner's eyes only."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from tests.support.clock import VirtualClock
from tests.support.databases import Cluster
from tests.support.filling import connected, sale_for
from tests.support.pulled_shop import product
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import DatabaseUnreachable, DataReadOnly, NewerDatabase, StorageError
from tillbridge.domain.money import Money
from tillbridge.storage import Storage, open_storage
from tillbridge.storage.database import LABEL, Database

OLD = "0001_the_shop"
ONE_OPENING = """
import asyncio, sys
from pathlib import Path
from tillbridge.domain.clock import SystemClock
from tillbridge.storage import open_storage
async def main():
    async with open_storage(sys.argv[1], SystemClock(), keyring_path=Path(sys.argv[2])) as storage:
        print(storage.vault.ring.check_value(), (await storage.shop.get()).epoch, len(await storage.shop.locations()))
asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return str(tmp_path / "shop.sqlite3")
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.fresh("template0")


_MUG = "'018f0000-0000-7000-8000-000000000021', 'MUG', 'mug', '', 'Mug', 'mug  mug ', 500, NULL, 'EUR', true, false"
_ANN = json.dumps({
    "email": "ann@example.com", "first_name": "Ann", "last_name": "", "phone": "1", "addresses": [],
    "consent": "unknown", "external_id": "1", "created_at": None, "updated_at": None,
})  # fmt: skip
GOODS_AND_PEOPLE = (
    "INSERT INTO variant (id, sku, folded_sku, barcode, title, search, price, compare_at_price, currency, taxable, "
    f"is_gift_card) VALUES ({_MUG})",
    "INSERT INTO customer (id, email, folded_email, document) VALUES ('018f0000-0000-7000-8000-000000000022', "
    f"'ann@example.com', 'ann@example.com', '{_ANN}')",
)


async def _make_old(address: str, step: str = OLD) -> None:
    """Bring a database to a step only, the first if not named, and fill it."""
    database = Database(address)
    config = database._config(foreign_keys=False)
    async with TortoiseContext() as context:
        await context.init(config=config)
        client = context.connections.get(database.dialect)
        await MigrationExecutor(client, config["apps"]).migrate([MigrationTarget(LABEL, step)])
        for statement in GOODS_AND_PEOPLE if step != OLD else ():
            await client.execute_query(statement)
        for number in range(6):
            await client.execute_query(
                "INSERT INTO secret (connection_id, name, key_id, closed) VALUES "
                f"('018f0000-0000-7000-8000-00000000000{number}', 'api_secret', 'k1', 'closed {number}')"
            )


async def _rows(address: str, sql: str) -> list[dict[str, Any]]:
    async with Database(address).opened() as database:
        return await database.rows(sql)


async def test_an_older_database_comes_up_to_date_with_all_that_is_in_it(empty: str) -> None:
    await _make_old(empty)
    kept = await _rows(empty, "SELECT name, closed FROM secret ORDER BY id")
    assert kept == [{"name": "api_secret", "closed": f"closed {number}"} for number in range(6)]
    assert await _rows(empty, "SELECT count(*) AS n FROM job") == [{"n": 0}]
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        await _rows(
            empty,
            "INSERT INTO secret (connection_id, name, key_id, closed) VALUES "
            "('018f0000-0000-7000-8000-000000000000', 'api_secret', 'k1', 'again') RETURNING id",
        )


async def test_goods_and_shoppers_of_an_older_database_are_merged_on(empty: str, tmp_path: Path) -> None:
    """What was kept before any base was: the first page tells all anew, and the till's own price stays."""
    await _make_old(empty, "0003_goods_and_people")
    clock = VirtualClock()
    async with open_storage(empty, clock, keyring_path=tmp_path / "keyring") as storage:
        shop = await connected(storage, "Shop", clock.now())
        [asked] = await storage.catalogue.upsert_products(shop.id, [product(1, "MUG")])
        assert (asked.field, asked.base, asked.ours) == ("price", None, Money(Decimal("5.00"), "EUR"))
        ann = Customer(email="ANN@example.com", first_name="Anna", external_id="7", updated_at=clock.now())
        assert await storage.customers.upsert(shop.id, [ann]) == ()
        kept = await storage.customers.by_email("ann@example.com")
        assert kept is not None
        assert (kept.first_name, kept.phone) == ("Anna", "1")


async def test_before_an_update_the_file_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite3"
    await _make_old(str(path))
    await _rows(str(path), "SELECT 1 AS one")
    [copy] = tmp_path.glob("shop.sqlite3.before-*")
    assert copy.name == "shop.sqlite3.before-0002_sales_and_jobs"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT count(*) FROM secret").fetchone() == (6,)
        assert old.execute("SELECT name FROM tortoise_migrations").fetchall() == [(OLD,)]
    await _rows(str(path), "SELECT 1 AS one")
    assert list(tmp_path.glob("*.before-*")) == [copy]


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(address: str) -> None:
    future = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES (?, ?, ?) RETURNING id"
    async with Database(address).opened() as database:
        await database.rows(future, LABEL, "0999_things_to_come", VirtualClock().now())
    with pytest.raises(NewerDatabase, match="0999_things_to_come"):
        await _rows(address, "SELECT 1 AS one")


def _started(address: str, keyring: Path) -> subprocess.Popen[str]:
    command: Sequence[str] = [sys.executable, "-W", "error", "-c", ONE_OPENING, address, str(keyring)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_that_start_together_agree(empty: str, tmp_path: Path) -> None:
    running = [_started(empty, tmp_path / "keyring") for _ in range(3)]
    said = [each.communicate(timeout=120) for each in running]
    assert [each.returncode for each in running] == [0, 0, 0], said
    assert len({out for out, _ in said}) == 1
    assert said[0][0].endswith(" 1 1\n")


async def test_only_the_owner_may_read_the_files(sqlite_storage: Storage, clock: VirtualClock, tmp_path: Path) -> None:
    shop = await connected(sqlite_storage, "Shop", clock.now())
    await sale_for(sqlite_storage, shop.id, "1001", clock.now())
    await sqlite_storage.backup(tmp_path / "backups" / "copy.sqlite3")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"shop.sqlite3", "shop.sqlite3-wal", "shop.sqlite3.lock", "keyring"}
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in files} == {
        path.name: "0o600" for path in files
    }


async def test_a_backup_is_whole_while_others_write(
    sqlite_storage: Storage, clock: VirtualClock, tmp_path: Path
) -> None:
    shop = await connected(sqlite_storage, "Shop", clock.now())
    for number in range(20):
        await sale_for(sqlite_storage, shop.id, f"{number}", clock.now())
    target = tmp_path / "copy.sqlite3"
    writing = asyncio.gather(*(sale_for(sqlite_storage, shop.id, f"late {n}", clock.now()) for n in range(20)))
    await sqlite_storage.backup(target)
    await writing
    assert not list(tmp_path.glob("*.part*"))
    with closing(sqlite3.connect(target)) as copy:
        sales, jobs = (copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("sale", "job"))
        waiting = copy.execute("SELECT jobs FROM job_count WHERE state = 'waiting'").fetchone()[0]
    assert sales == jobs == waiting
    assert 20 <= sales <= 40


async def test_a_restored_copy_opens_as_the_shop(sqlite_storage: Storage, clock: VirtualClock, tmp_path: Path) -> None:
    shop = await connected(sqlite_storage, "Shop", clock.now())
    order = await sale_for(sqlite_storage, shop.id, "1001", clock.now())
    target = tmp_path / "copy.sqlite3"
    await sqlite_storage.backup(target)

    async def restored() -> Any:
        async with open_storage(str(target), clock, keyring_path=tmp_path / "keyring") as storage:
            return await storage.sales.get(order.id), await storage.connections.all()

    with pytest.raises(StorageError, match="another database"):
        await restored()
    import contextvars

    clean = contextvars.Context()
    kept = await asyncio.get_running_loop().create_task(restored(), context=clean)
    assert kept == (order, (shop,))


async def test_a_failed_backup_leaves_no_half_of_it(sqlite_storage: Storage, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    target.write_text("the backup of yesterday")
    database = sqlite_storage._database
    await database.run("DELETE FROM tortoise_migrations")
    with pytest.raises(StorageError, match="damaged"):
        await sqlite_storage.backup(target)
    assert target.read_text() == "the backup of yesterday"
    assert not list(tmp_path.glob("*.part*"))


async def test_where_nobody_may_write_it_says_so() -> None:
    with pytest.raises(DataReadOnly) as failed:
        await _rows("/sys/tillbridge/shop.sqlite3", "SELECT 1")
    assert "/sys/tillbridge" in str(failed.value)


async def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    address = f"postgresql://till:hunter2@/shop?host={tmp_path}"
    with pytest.raises(DatabaseUnreachable) as failed:
        await _rows(address, "SELECT 1")
    assert "hunter2" not in json.dumps([failed.value.params, str(failed.value), Database(address).place])


def _shape(path: Path) -> dict[str, Any]:
    """Tables with their columns, and what is indexed in which way; names of indexes do not matter."""
    shape: dict[str, Any] = {}
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for (table,) in tables.fetchall():
            columns = {row[1:] for row in database.execute(f'PRAGMA table_info("{table}")')}
            indexes = set()
            for _, index, unique, _, partial in database.execute(f'PRAGMA index_list("{table}")').fetchall():
                on = tuple(row[2] for row in database.execute(f'PRAGMA index_info("{index}")'))
                indexes.add((on, unique, partial))
            shape[table] = ({row[0]: row[1:4] for row in columns}, indexes)
    shape.pop("tortoise_migrations", None)
    return shape


async def test_the_steps_lead_to_exactly_what_the_code_expects(sqlite_address: str, tmp_path: Path) -> None:
    told = tmp_path / "told.sqlite3"
    database = Database(str(told))
    async with TortoiseContext() as context:
        await context.init(config=database._config())
        await context.generate_schemas()
    expected, found = _shape(told), _shape(Path(sqlite_address))
    assert found == expected
    assert ("connection_id", "priority", "run_at", "id") in {on for on, _, partial in found["job"][1] if partial}
