"""What goes into a repository comes out equal, whole and in the same words, on both kinds of database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta, timezone
from decimal import Decimal

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected, connection, job
from tests.support.sales import SOLD_AT, goods, sold
from tillbridge.domain.audit import Actor, ActorKind, AuditEntry
from tillbridge.domain.basket import BasketLine, Discount, Payment, TaxRate
from tillbridge.domain.catalog import Listing
from tillbridge.domain.connections import ConnectionState, Route, RouteKind
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.deliveries import Delivery
from tillbridge.domain.errors import InvalidInput, NotFound, UnknownConnection
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import JobKind, Phase
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType, RedemptionState
from tillbridge.domain.orders import Handle, LineKind, Order, OrderStatus, Origin, PaymentStatus, TenderKind
from tillbridge.domain.shop import Location, Shop, Till
from tillbridge.domain.stock import StockEffect
from tillbridge.storage import Storage

AOIFE = Customer(
    email="Aoife.Byrne@example.com", first_name="Aoife", last_name="Ní Bhroin 🧵", phone="+353 1 234", external_id="77",
    addresses=(Address(line1="1 Quay", city="Dún Laoghaire", country="IE"), Address(line1="2 Quay")),
    consent=Consent.SUBSCRIBED, created_at=SOLD_AT, updated_at=SOLD_AT + timedelta(microseconds=1),
)  # fmt: skip


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def rich_sale(receipt: str = "R-é/1") -> Order:
    """Returned goods, weighed goods, two taxes on a line, a code, three tenders with change, a customer, a note."""
    weighed = BasketLine(
        id="kg", kind=LineKind.PRODUCT, title="Käse „Bergblume“", sku="CHEESE", quantity=Decimal("0.355"), unit="kg",
        unit_price=euro("21.90"), taxes=(TaxRate("VAT", Decimal("0.135")), TaxRate("Levy", Decimal("0.0125"))),
        listing=Listing("p1", "v1", "i1", "CHEESE"),
    )  # fmt: skip
    lines = [goods("tee", quantity="2"), weighed, goods("back", "MUG-BLU", "-1", "12.50", return_of="R-0#3")]
    payments = [
        Payment(TenderKind.GIFT_CARD, "Gift card", euro("10.00"), card_id="gid://card/1", masked="••••2222"),
        Payment(TenderKind.CARD, "Card ✓", euro("5.00")),
        Payment(TenderKind.CASH, "Cash", euro("50.00")),
    ]
    ten = Discount(title="Harbour ten", type=DiscountType.PERCENTAGE, value=Decimal("10"), code="HARBOUR10")
    whole = sold(lines, receipt=receipt, discounts=[ten], payments=payments)
    return replace(
        whole, customer=AOIFE, billing=AOIFE.addresses[0], shipping=AOIFE.addresses[1], note="leave at the door\n— ok?"
    )


async def test_a_sale_comes_back_as_the_till_sold_it(storage: Storage, clock: VirtualClock) -> None:
    order = rich_sale()
    assert len(order.lines[1].taxes) == 2
    assert any(each.change for each in order.tenders)
    await storage.sales.add(order, [])
    assert await storage.sales.get(order.id) == order
    assert await storage.sales.by_reference(order.reference) == order
    assert await storage.sales.find("Till 1", order.receipt) == order
    assert await storage.sales.by_receipt(order.receipt) == (order,)
    assert await storage.sales.get(new_id()) is None


async def test_quantities_keep_their_form(storage: Storage) -> None:
    """2 stays 2 and 0.355 stays 0.355: a number shown differently is another number to a cashier."""
    order = rich_sale()
    await storage.sales.add(order, [])
    kept = await storage.sales.get(order.id)
    assert kept is not None
    assert [str(each.quantity) for each in kept.lines] == ["2", "0.355", "-1"]
    assert [str(tax.rate) for tax in kept.lines[1].taxes] == ["0.135", "0.0125"]


async def test_a_receipt_is_recorded_once_per_till(storage: Storage) -> None:
    await storage.sales.add(sold([goods("1")], receipt="7"), [])
    twin = replace(sold([goods("1")], receipt="7"), reference="another")
    with pytest.raises(InvalidInput, match="already recorded"):
        await storage.sales.add(twin, [])
    assert await storage.sales.count() == 1
    await storage.sales.add(replace(twin, till="Till 2"), [])
    assert len(await storage.sales.by_receipt("7")) == 2


async def test_two_terminals_record_the_same_receipt_once(storage: Storage) -> None:
    async def record(order: Order) -> bool:
        async with storage.transaction():
            if await storage.sales.find(order.till, order.receipt) is not None:
                return False
            await storage.sales.add(order, [])
            return True

    twins = [sold([goods("1")], receipt="7") for _ in range(4)]
    assert sorted(await asyncio.gather(*map(record, twins))) == [False, False, False, True]


async def test_sales_page_from_the_newest_back(storage: Storage) -> None:
    made = [sold([goods("1")], receipt=str(each)) for each in range(7)]
    for each in made:
        await storage.sales.add(each, [])
    first = await storage.sales.newest(3)
    rest = await storage.sales.newest(10, before=first[-1].id)
    assert (*first, *rest) == tuple(reversed(made))


async def test_a_delivery_keeps_what_the_platform_showed(storage: Storage, clock: VirtualClock) -> None:
    shop, order = await connected(storage, "Shop", clock.now()), rich_sale()
    waiting = Delivery(
        sale_id=order.id, connection_id=shop.id, status=OrderStatus.LOCAL, reason="orders.waiting",
        reason_params={"shop": "Häfen"}, updated_at=clock.now(),
    )  # fmt: skip
    await storage.sales.add(order, [waiting])
    assert await storage.sales.delivery(order.id, shop.id) == waiting
    await storage.sales.add_handle(order.id, shop.id, Handle("cart", "c-1"))
    await storage.sales.add_handle(order.id, shop.id, Handle("order", "o-1"))
    await storage.sales.add_handle(order.id, shop.id, Handle("cart", "c-1"))
    placed = replace(
        waiting, status=OrderStatus.SYNCED, reason="", reason_params={}, platform_order_id="gid://o/1", number="#1001",
        total=euro("61.22"), tax=euro("10.03"), paid=True, stock=StockEffect.NOT_LOWERED, updated_at=clock.now(),
        handles=(Handle("cart", "c-1"), Handle("order", "o-1")),
    )  # fmt: skip
    await storage.sales.save_delivery(placed)
    assert await storage.sales.deliveries(order.id) == (placed,)
    with pytest.raises(NotFound):
        await storage.sales.delivery(order.id, new_id())


async def test_an_online_order_is_replaced_and_ours_never(storage: Storage, clock: VirtualClock) -> None:
    shop, ours = await connected(storage, "Shop", clock.now()), rich_sale()
    online = replace(
        rich_sale("web"), origin=Origin.ONLINE, external_id="900", number="#900", payment=PaymentStatus.PENDING,
        reference="web-900", updated_at=clock.now(),
    )  # fmt: skip
    known = Delivery(
        sale_id=online.id, connection_id=shop.id, status=OrderStatus.SYNCED, platform_order_id="900",
        updated_at=clock.now(),
    )  # fmt: skip
    await storage.sales.add(online, [known])
    await storage.sales.add(ours, [])
    assert await storage.sales.online(shop.id, "900") == online
    newer = replace(online, lines=online.lines[:1], tenders=(), payment=PaymentStatus.REFUNDED)
    await storage.sales.replace_online(newer)
    assert await storage.sales.online(shop.id, "900") == newer
    with pytest.raises(NotFound):
        await storage.sales.replace_online(replace(ours, note="changed"))
    assert await storage.sales.get(ours.id) == ours


async def test_a_connection_comes_back_whole(storage: Storage, clock: VirtualClock) -> None:
    made = connection(
        "Häfen & Söhne", clock.now(), facts={"plan": "básico"}, base_url="https://shop.example", ca_file="/etc/ca.pem",
        state=ConnectionState.NEW, prepared=("webhooks", "locations"), route=Route(RouteKind.TILLS, ("Till 1", "T 2")),
        paused=True, tested_at=clock.now(),
    )  # fmt: skip
    await storage.connections.add(made)
    assert await storage.connections.get(made.id) == made
    assert await storage.connections.by_name("HÄFEN & SÖHNE") == made
    changed = replace(made, name="Hafen", paused=False, state=ConnectionState.READY, tested_at=None)
    await storage.connections.save(changed)
    assert await storage.connections.all() == (changed,) == await storage.connections.by_platform("stand-in")
    assert await storage.connections.by_platform("other") == ()
    await storage.connections.map_location(made.id, "Main", "gid://l/1")
    await storage.connections.map_location(made.id, "Main", "gid://l/2")
    assert await storage.connections.location_map(made.id) == {"Main": "gid://l/2"}


async def test_a_name_is_taken_whatever_its_case(storage: Storage, clock: VirtualClock) -> None:
    await connected(storage, "Ünï", clock.now())
    with pytest.raises(InvalidInput, match="taken"):
        await connected(storage, "üNÏ", clock.now())
    other = await connected(storage, "Other", clock.now())
    with pytest.raises(InvalidInput, match="taken"):
        await storage.connections.save(replace(other, name="ÜNÏ"))
    assert {each.name for each in await storage.connections.all()} == {"Ünï", "Other"}


async def test_a_removed_connection_leaves_its_sales(storage: Storage, clock: VirtualClock) -> None:
    shop, order = await connected(storage, "Shop", clock.now()), rich_sale()
    told = Delivery(sale_id=order.id, connection_id=shop.id, status=OrderStatus.SYNCED, updated_at=clock.now())
    await storage.sales.add(order, [told])
    await storage.jobs.add([job(shop.id, clock.now(), subject_id=order.id)])
    await storage.cursors.set(shop.id, "products", "c1")
    await storage.connections.remove(shop.id)
    with pytest.raises(UnknownConnection):
        await storage.connections.get(shop.id)
    assert await storage.sales.deliveries(order.id) == (told,)
    assert await storage.cursors.get(shop.id, "products") is None
    assert await storage.lanes.take("worker", clock.now(), 30) is None


async def test_a_job_and_its_parts_come_back_whole(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    made = job(
        shop.id, clock.now() + timedelta(microseconds=7), kind=JobKind.REFUND_ORDER, subject_id=new_id(), priority=3,
        payload={"amount": "1.10", "lines": ["ä", {"n": 2}]}, phase=Phase.ANSWERED, cause="error.x",
        cause_params={"who": "„Ré“"}, attempts=2,
    )  # fmt: skip
    await storage.jobs.add([made])
    assert await storage.jobs.get(made.id) == made
    assert await storage.jobs.of_sale(made.subject_id or new_id()) == (made,)
    assert await storage.jobs.of_sale(made.subject_id or new_id(), new_id()) == ()
    assert await storage.jobs.unfinished(shop.id, JobKind.REFUND_ORDER) == 1
    assert await storage.jobs.next_due() == made.run_at


async def test_times_of_any_zone_sort_as_one(storage: Storage, clock: VirtualClock) -> None:
    """A till in another zone writes other digits for the same moment; the order of the queue must not change."""
    shop = await connected(storage, "Shop", clock.now())
    east = timezone(timedelta(hours=9))
    late, early = clock.now() + timedelta(hours=1), clock.now().astimezone(east)
    await storage.jobs.add([job(shop.id, late), job(shop.id, early)])
    assert await storage.jobs.next_due() == early
    lane = await storage.lanes.take("w", clock.now().astimezone(east), 30)
    assert lane is not None
    assert [each.run_at for each in await storage.jobs.claim(lane, 9, clock.now().astimezone(east))] == [early]
    order = replace(rich_sale(), sold_at=SOLD_AT.astimezone(east))
    await storage.sales.add(order, [])
    kept = await storage.sales.get(order.id)
    assert kept is not None
    assert (kept.sold_at, kept.sold_at.utcoffset()) == (SOLD_AT, timedelta(0))


async def test_the_shop_with_its_tills(storage: Storage) -> None:
    shop = Shop(
        name="Harbour Lane", currency="CHF", zone="Europe/Zurich", day_cut=time(4, 30), prices_include_tax=False,
        cash_rounding=Money(Decimal("0.05"), "CHF"), epoch=3,
    )  # fmt: skip
    await storage.shop.save(shop)
    assert await storage.shop.get() == shop
    await storage.shop.ensure_till("Till 2", "Pier")
    await storage.shop.ensure_till("Till 1")
    await storage.shop.ensure_till("Till 2", "Quay")
    assert await storage.shop.tills() == (Till("Till 1", "Main"), Till("Till 2", "Quay"))
    assert await storage.shop.locations() == (Location("Main"), Location("Pier"), Location("Quay"))


async def test_stores_that_know_the_same_shoppers_may_be_pulled_at_the_same_time(
    storage: Storage, clock: VirtualClock
) -> None:
    shops = [await connected(storage, f"Shop {number}", clock.now()) for number in range(4)]
    people = [replace(AOIFE, email=f"{number}@example.com", external_id=f"{number}") for number in range(20)]
    ordered = [people if at % 2 else list(reversed(people)) for at in range(4)]
    pulls = [storage.customers.upsert(shop.id, page) for shop, page in zip(shops, ordered, strict=True)]
    await asyncio.gather(*pulls)
    assert len(await storage.customers.search("", limit=100)) == 20


async def test_customers_meet_by_e_mail(storage: Storage, clock: VirtualClock) -> None:
    shop, other = await connected(storage, "Shop", clock.now()), await connected(storage, "Other", clock.now())
    nobody = Customer(email="", first_name="Walk-in")
    await storage.customers.upsert(shop.id, [AOIFE, nobody])
    assert await storage.customers.by_email("AOIFE.byrne@example.com") == AOIFE
    renamed = replace(AOIFE, email="aoife.byrne@EXAMPLE.com", first_name="Eve", external_id="o-1")
    await storage.customers.upsert(other.id, [renamed])
    assert await storage.customers.search("aoife") == (replace(renamed, external_id="77"),)
    assert await storage.customers.external_id(AOIFE.email, shop.id) == "77"
    assert await storage.customers.external_id(AOIFE.email, other.id) == "o-1"
    assert await storage.customers.external_id("x@example.com", other.id) == ""


async def test_audit_entries_newest_first(storage: Storage, clock: VirtualClock) -> None:
    entries = [
        AuditEntry(clock.now(), Actor(ActorKind.OPERATOR, "Zoë"), "audit.paused", {"name": "Häfen"}, subject)
        for subject in ("Shop", "Other", "Shop")
    ]
    for each in entries:
        await storage.audit.add(each)
    assert await storage.audit.list() == tuple(reversed(entries))
    assert await storage.audit.list(subject="Other") == (entries[1],)


async def test_a_redemption_is_journalled_once(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    entry = await storage.redemptions.reserve(shop.id, "card", "••••1", euro("12.34"), "TB1")
    assert await storage.redemptions.reserve(shop.id, "card", "••••1", euro("12.34"), "TB1") == entry
    assert (entry.state, entry.amount, entry.at) == (RedemptionState.RESERVED, euro("12.34"), clock.now())
    await storage.redemptions.move(entry.id, RedemptionState.DEBITED, "tx-1")
    await storage.redemptions.move(entry.id, RedemptionState.UNKNOWN)
    [unsettled] = await storage.redemptions.unsettled(shop.id)
    assert (unsettled.state, unsettled.external_id) == (RedemptionState.UNKNOWN, "tx-1")
    await storage.redemptions.move(entry.id, RedemptionState.CONFIRMED)
    assert await storage.redemptions.unsettled() == ()
    assert [each.state for each in await storage.redemptions.of_reference("TB1")] == [RedemptionState.CONFIRMED]
