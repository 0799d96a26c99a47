"""Conflicts as a person meets them: told once per cause, decided one by one or all alike, with rules and an audit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.support.counters import TILL, BackOffice
from tests.support.pulled_shop import PulledShop, product
from tests.support.stock_shop import StockShop
from tillbridge.domain.catalog import Product
from tillbridge.domain.conflicts import ConflictFilter, Standing
from tillbridge.domain.connections import Route
from tillbridge.domain.customers import Customer
from tillbridge.domain.errors import Conflict, InvalidInput, NotFound, UnknownConnection
from tillbridge.domain.ids import new_id
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.merging import Rule
from tillbridge.domain.money import Money
from tillbridge.domain.specs import Noun
from tillbridge.platforms.contract import Page
from tillbridge.services.conflicts import ConflictsService, ConflictView
from tillbridge.sync.enqueue import new_job

OPEN = ConflictFilter((Standing.OPEN,))
SKUS = ("A", "B", "C")


@pytest.fixture
async def pulled(office: BackOffice) -> PulledShop:
    """Two stores that listed the same goods at the same price."""
    await office.connect()
    await office.connect("outlet", Route())
    office.pulls = PulledShop(StockShop(office.clock))
    await _pull(office, _goods("24.90"), "web", "outlet")
    return office.pulls


@pytest.fixture
def conflicts(office: BackOffice) -> ConflictsService:
    return ConflictsService(office.storage, office.clock)


def _goods(price: str, skus: tuple[str, ...] = SKUS) -> tuple[Product, ...]:
    listed = [product(at, sku) for at, sku in enumerate(skus)]
    money = Money(Decimal(price), "EUR")
    return tuple(replace(each, variants=(replace(each.variants[0], price=money),)) for each in listed)


async def _pull(office: BackOffice, goods: tuple[Product, ...], *stores: str) -> None:
    assert office.pulls is not None
    office.pulls.products.pages = [Page(goods, (), None, None)]
    for store in stores:
        job = new_job(JobKind.PULL_PRODUCTS, (await office.connection(store)).id, office.clock.now())
        await office.storage.jobs.add([job])
        await office.work()


async def _quarrel(office: BackOffice) -> None:
    """The web store and then the outlet changed all prices."""
    await _pull(office, _goods("20"), "web")
    await _pull(office, _goods("30"), "outlet")


async def _prices(office: BackOffice) -> dict[str, str]:
    found = [await office.storage.catalogue.by_code(sku) for sku in SKUS]
    return {each.sku: str(each.price.amount) for each in found if each and each.price}


async def _waiting(conflicts: ConflictsService) -> tuple[ConflictView, ...]:
    return await conflicts.window(OPEN)


async def _told(office: BackOffice) -> list[tuple[str, str, int]]:
    found = await office.storage.notifications.unread()
    return [(each.params["connection"], each.params["field"], each.count) for each in found]


async def test_many_records_of_one_cause_are_told_once(
    office: BackOffice, pulled: PulledShop, conflicts: ConflictsService
) -> None:
    assert await _told(office) == []
    await _quarrel(office)
    assert await conflicts.waiting() == 3
    assert await _told(office) == [("outlet", "price", 1)]
    assert {each.connection for each in await _waiting(conflicts)} == {"outlet"}
    assert await _prices(office) == dict.fromkeys(SKUS, "20.00")
    await _pull(office, _goods("30"), "outlet")
    assert await _told(office) == [("outlet", "price", 1)]
    assert await conflicts.count(await conflicts.filter((Standing.OPEN,), "web")) == 0
    with pytest.raises(UnknownConnection):
        await conflicts.filter((), "nowhere")


async def test_one_is_decided_and_only_once(
    office: BackOffice, pulled: PulledShop, conflicts: ConflictsService
) -> None:
    await _quarrel(office)
    first, second, third = [each.conflict for each in reversed(await _waiting(conflicts))]
    await conflicts.decide(first.id, Standing.THEIRS, TILL)
    await conflicts.decide(second.id, Standing.OURS, TILL, second.at)
    assert await _prices(office) == {"A": "30.00", "B": "20.00", "C": "20.00"}
    assert [each.conflict.id for each in await _waiting(conflicts)] == [third.id]
    with pytest.raises(InvalidInput, match="settled before"):
        await conflicts.decide(first.id, Standing.OURS, TILL)
    with pytest.raises(NotFound):
        await conflicts.decide(new_id(), Standing.OURS, TILL)
    await _pull(office, _goods("30"), "outlet")
    await _pull(office, _goods("20"), "web")
    assert await _prices(office) == {"A": "30.00", "B": "20.00", "C": "20.00"}, "decided is decided"
    assert await conflicts.waiting() == 1
    done = [each for each in await office.storage.audit.list() if each.message_id.startswith("conflicts.")]
    assert [(each.message_id, each.actor, each.params) for each in reversed(done)] == [
        ("conflicts.audit.theirs", TILL, {"field": "price", "name": "A"}),
        ("conflicts.audit.ours", TILL, {"field": "price", "name": "B"}),
    ]
    assert (await conflicts.get(first.id)).conflict.by == TILL.name


async def test_a_value_that_moved_since_it_was_seen_is_not_decided_blindly(
    office: BackOffice, pulled: PulledShop, conflicts: ConflictsService
) -> None:
    await _quarrel(office)
    seen = (await _waiting(conflicts))[0].conflict
    office.clock.advance(60)
    await _pull(office, _goods("31"), "outlet")
    with pytest.raises(Conflict):
        await conflicts.decide(seen.id, Standing.THEIRS, TILL, seen.at)
    assert set((await _prices(office)).values()) == {"20.00"}


async def test_all_alike_are_decided_together(
    office: BackOffice, pulled: PulledShop, conflicts: ConflictsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tillbridge.services.conflicts._AT_ONCE", 2)
    await conflicts.choose_rule(Noun.PRODUCT, "title", Rule.ASK, TILL)
    await _quarrel(office)
    renamed = tuple(replace(each, title=f"{each.title}!") for each in _goods("30"))
    await _pull(office, tuple(replace(each, title=f"{each.title}?") for each in _goods("20")), "web")
    await _pull(office, renamed, "outlet")
    assert await conflicts.waiting() == 6
    one = next(each.conflict for each in await _waiting(conflicts) if each.conflict.field == "price")
    assert await conflicts.count_alike(one.id) == 3
    assert await conflicts.decide_alike(one.id, Standing.THEIRS, TILL) == 3
    assert set((await _prices(office)).values()) == {"30.00"}
    assert {each.conflict.field for each in await _waiting(conflicts)} == {"title"}
    assert await conflicts.decide_alike(one.id, Standing.OURS, TILL) == 0


async def test_a_decision_ends_the_same_quarrel_with_another_store_or_shows_it_the_new_value(
    office: BackOffice, pulled: PulledShop, conflicts: ConflictsService
) -> None:
    for name in ("third", "fourth"):
        await office.connect(name, Route())
    await _pull(office, _goods("24.90"), "third", "fourth")
    await _pull(office, _goods("20"), "web")
    for name, price in (("outlet", "30"), ("third", "30"), ("fourth", "40")):
        await _pull(office, _goods(price, ("A",)), name)
    waiting = {each.connection: each.conflict for each in await _waiting(conflicts)}
    assert set(waiting) == {"outlet", "third", "fourth"}
    await conflicts.decide(waiting["outlet"].id, Standing.THEIRS, TILL)
    [left] = await _waiting(conflicts)
    assert (left.connection, left.conflict.ours) == ("fourth", Money(Decimal(30), "EUR"))


async def test_rules_are_listed_and_chosen_but_not_for_consent(
    office: BackOffice, pulled: PulledShop, conflicts: ConflictsService
) -> None:
    await conflicts.choose_rule(Noun.PRODUCT, "price", Rule.TILL_WINS, TILL)
    rules = {(each.noun, each.field): each for each in await conflicts.rules()}
    assert rules[Noun.PRODUCT, "price"].rule is Rule.TILL_WINS
    assert rules[Noun.PRODUCT, "price"].default is Rule.ASK
    assert rules[Noun.CUSTOMER, "consent"].fixed
    await _quarrel(office)
    assert await conflicts.waiting() == 0
    assert set((await _prices(office)).values()) == {"20.00"}
    with pytest.raises(InvalidInput, match="stays unsubscribed"):
        await conflicts.choose_rule(Noun.CUSTOMER, "consent", Rule.PLATFORM_WINS, TILL)
    for noun, field in ((Noun.PRODUCT, "weight"), (Noun.ORDER, "total")):
        with pytest.raises(InvalidInput, match="there are rules for"):
            await conflicts.choose_rule(noun, field, Rule.ASK, TILL)
    assert [each.message_id for each in await office.storage.audit.list()][:1] == ["conflicts.audit.rule"]


async def test_a_customers_conflict_is_decided_too(
    office: BackOffice, pulled: PulledShop, conflicts: ConflictsService
) -> None:
    await conflicts.choose_rule(Noun.CUSTOMER, "phone", Rule.ASK, TILL)
    ann = Customer(email="ann@example.com", first_name="Ann", phone="1", external_id="1")
    for store, phone in (("web", "1"), ("outlet", "2")):
        pulled.customers.pages = [Page((replace(ann, phone=phone),), (), None, None)]
        await office.storage.jobs.add([
            new_job(JobKind.PULL_CUSTOMERS, (await office.connection(store)).id, office.clock.now())
        ])  # fmt: skip
        await office.work()
    assert await _told(office) == [("outlet", "phone", 1)]
    [waiting] = await _waiting(conflicts)
    await conflicts.decide(waiting.conflict.id, Standing.THEIRS, TILL)
    now = await office.storage.customers.by_email(ann.email)
    assert now is not None
    assert now.phone == "2"
