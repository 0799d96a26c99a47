"""What the planner does besides pulls: old rows are cleared away once a day, by one of all workers."""

from __future__ import annotations

from datetime import timedelta

from tests.support.counters import TILL, BackOffice
from tillbridge.domain.audit import AuditEntry

_DAY = timedelta(days=1).total_seconds()


async def _old_entry(office: BackOffice) -> None:
    old = office.clock.now() - timedelta(days=500)
    await office.storage.audit.add(AuditEntry(old, TILL, "error.storage", {}, "old"))


async def _kept(office: BackOffice) -> int:
    return len(await office.storage.audit.list(subject="old"))


async def test_old_rows_go_once_a_day_whichever_worker_looks(office: BackOffice) -> None:
    one, two = office.worker(), office.worker()
    await _old_entry(office)
    await one.plan()
    assert await _kept(office) == 0
    await _old_entry(office)
    await one.plan()
    await two.plan()
    await office.worker().plan()
    assert await _kept(office) == 1
    office.clock.advance(_DAY)
    await two.plan()
    assert await _kept(office) == 0
