"""Facts reach listeners, also those of other processes."""

from __future__ import annotations

from tests.support.counters import TILL, BackOffice
from tests.support.sales import record
from tillbridge.domain.events import Event, QueueChanged, SaleStatusChanged
from tillbridge.services.bus import ChangesTailer, EventBus


def test_a_failing_listener_harms_no_other() -> None:
    bus, heard = EventBus(), list[Event]()

    def broken(event: Event) -> None:
        raise ValueError("broken")

    bus.subscribe(broken)
    leave = bus.subscribe(heard.append)
    bus.publish(QueueChanged())
    leave()
    bus.publish(QueueChanged())
    assert heard == [QueueChanged()]


async def test_what_another_process_wrote_is_heard_once(office: BackOffice) -> None:
    bus, heard = EventBus(), list[Event]()
    bus.subscribe(heard.append)
    tailer = ChangesTailer(office.storage, bus, office.clock)
    await office.connect()
    await tailer.look()
    assert heard == []
    await office.orders.add([record("1")], TILL)
    await tailer.look()
    sale = await office.orders.find("1")
    assert heard.count(SaleStatusChanged(sale.id)) == 1
    assert heard.count(QueueChanged()) == 1
    heard.clear()
    await tailer.look()
    assert heard == []
