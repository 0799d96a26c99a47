"""Pages merged into our records: conflicts kept once, decided, found again by no restart, and the cost of a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.support.clock import VirtualClock
from tests.support.filling import connected
from tests.support.pulled_shop import product
from tests.support.queries import counted
from tillbridge.domain.catalog import Product
from tillbridge.domain.conflicts import ConflictFilter, FieldConflict, Standing
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.merging import Rule
from tillbridge.domain.money import Money
from tillbridge.domain.specs import Noun
from tillbridge.storage import Storage

OPEN = ConflictFilter((Standing.OPEN,))
ANN = Customer(email="Ann@example.com", first_name="Ann", phone="1", external_id="1", consent=Consent.SUBSCRIBED)


def _euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def _tee(price: str, number: int = 1, currency: str = "EUR", **changes: object) -> Product:
    whole = product(number, "TEE-M")
    variant = replace(whole.variants[0], price=Money(Decimal(price), currency))
    return replace(whole, title="Tee", variants=(variant,), **changes)  # type: ignore[arg-type]


async def _price(storage: Storage) -> Money | None:
    found = await storage.catalogue.by_code("TEE-M")
    assert found is not None
    return found.price


async def _two(storage: Storage, clock: VirtualClock) -> tuple[UUID, UUID]:
    return (await connected(storage, "Web", clock.now())).id, (await connected(storage, "Outlet", clock.now())).id


async def _open(storage: Storage) -> tuple[FieldConflict, ...]:
    return await storage.conflicts.page(OPEN)


async def test_a_price_that_both_changed_waits_and_the_till_keeps_its_own(
    storage: Storage, clock: VirtualClock
) -> None:
    web, outlet = await _two(storage, clock)
    await storage.catalogue.upsert_products(web, [_tee("10")])
    assert await storage.catalogue.upsert_products(outlet, [_tee("10", 2)]) == ()
    await storage.catalogue.upsert_products(web, [_tee("11")])
    assert await _price(storage) == _euro("11"), "only the web store changed it"
    assert await storage.catalogue.upsert_products(outlet, [_tee("10", 2)]) == ()
    assert await _price(storage) == _euro("11"), "the outlet changed nothing"
    [opened] = await storage.catalogue.upsert_products(outlet, [_tee("12", 2)])
    assert (opened.base, opened.ours, opened.theirs) == (_euro("10"), _euro("11"), _euro("12"))
    assert await _price(storage) == _euro("11")
    assert await _open(storage) == (opened,)
    assert (opened.name, opened.subject, opened.connection_id) == ("TEE-M", "tee-m", outlet)
    seen = await storage.changes.newest()
    assert await storage.catalogue.upsert_products(outlet, [_tee("12", 2)]) == ()
    assert await _open(storage) == (opened,)
    assert "conflict" not in {each.kind for each in await storage.changes.tail(seen)}
    [again] = await storage.catalogue.upsert_products(outlet, [_tee("13", 2)])
    assert (again.id, again.base, again.theirs) == (opened.id, _euro("10"), _euro("13"))
    assert "conflict" in {each.kind for each in await storage.changes.tail(seen)}
    await storage.catalogue.upsert_products(outlet, [_tee("11", 2)])
    assert await _open(storage) == ()
    [over] = await storage.conflicts.page(ConflictFilter())
    assert over.standing is Standing.AGREED


async def test_a_price_in_another_currency_is_no_price_of_the_till(storage: Storage, clock: VirtualClock) -> None:
    web, outlet = await _two(storage, clock)
    await storage.catalogue.upsert_products(web, [_tee("10")])
    assert await storage.catalogue.upsert_products(outlet, [_tee("9", 2, "USD")]) == ()
    assert await _price(storage) == _euro("10")
    assert set(await storage.catalogue.listings_for(["TEE-M"], outlet)) == {"TEE-M"}


async def test_rules_chosen_by_the_shop_hold_from_the_next_page_on(storage: Storage, clock: VirtualClock) -> None:
    web, outlet = await _two(storage, clock)
    await storage.conflicts.choose_rule(Noun.PRODUCT, "price", Rule.PLATFORM_WINS)
    await storage.catalogue.upsert_products(web, [_tee("10")])
    assert await storage.catalogue.upsert_products(outlet, [_tee("12", 2)]) == ()
    assert await _price(storage) == _euro("12")
    await storage.conflicts.choose_rule(Noun.PRODUCT, "price", Rule.TILL_WINS)
    await storage.conflicts.choose_rule(Noun.PRODUCT, "title", Rule.ASK)
    await storage.catalogue.upsert_products(web, [_tee("11")])
    assert await _price(storage) == _euro("12")
    settled = await storage.conflicts.page(ConflictFilter())
    assert {(each.by, each.standing) for each in settled} == {
        ("platform_wins", Standing.THEIRS), ("till_wins", Standing.OURS),
    }  # fmt: skip
    assert (await storage.conflicts.rules(Noun.PRODUCT))["title"] is Rule.ASK


async def test_another_sku_is_another_story(storage: Storage, clock: VirtualClock) -> None:
    web, outlet = await _two(storage, clock)
    await storage.catalogue.upsert_products(web, [_tee("10")])
    await storage.catalogue.upsert_products(outlet, [_tee("12", 2)])
    assert len(await _open(storage)) == 1
    renamed = _tee("12", 2)
    renamed = replace(renamed, variants=(replace(renamed.variants[0], sku="TEE-L"),))
    await storage.catalogue.upsert_products(outlet, [renamed])
    assert await _open(storage) == ()
    await storage.catalogue.upsert_products(outlet, [_tee("12", 2)])
    assert len(await _open(storage)) == 1
    await storage.catalogue.upsert_products(outlet, [replace(_tee("12", 2), variants=())])
    assert await _open(storage) == ()
    await storage.catalogue.upsert_products(outlet, [_tee("12", 2)])
    await storage.connections.remove(outlet)
    assert await storage.conflicts.page(ConflictFilter()) == ()


async def test_words_are_found_after_a_decided_title_and_options_stay(storage: Storage, clock: VirtualClock) -> None:
    web, _ = await _two(storage, clock)
    tee = _tee("10")
    variant = replace(tee.variants[0], option_values=(("Size", "Medium"),), barcode="4006")
    await storage.catalogue.upsert_products(web, [replace(tee, variants=(variant,))])
    async with storage.transaction():
        await storage.catalogue.adopt({"tee-m": {"title": "Shirt", "barcode": "4007"}, "gone": {"title": "x"}})
    for words in ("shirt medium", "tee-m 4007"):
        assert [each.title for each in await storage.catalogue.search(words)] == ["Shirt"], words
    assert await storage.catalogue.search("4006") == ()


async def test_customers_are_merged_per_field_and_consent_is_never_widened(
    storage: Storage, clock: VirtualClock
) -> None:
    web, outlet = await _two(storage, clock)
    await storage.customers.upsert(web, [ANN])
    second = replace(
        ANN, external_id="o-1", first_name="Anna", phone="", consent=Consent.UNSUBSCRIBED,
        addresses=(Address(city="Cork"),), updated_at=clock.now(),
    )  # fmt: skip
    await storage.customers.upsert(outlet, [second])
    now = await storage.customers.by_email(ANN.email)
    assert now is not None
    assert (now.first_name, now.phone, now.addresses) == ("Anna", "1", (Address(city="Cork"),))
    assert now.consent is Consent.UNSUBSCRIBED
    for moved in (ANN, replace(second, consent=Consent.SUBSCRIBED), replace(ANN, consent=Consent.PENDING)):
        await storage.customers.upsert(web if moved.external_id == "1" else outlet, [moved])
        kept = await storage.customers.by_email(ANN.email)
        assert kept == now, "nothing but consent was told anew"
    await storage.customers.upsert(web, [replace(ANN, phone="2", updated_at=clock.now() - timedelta(days=9))])
    kept = await storage.customers.by_email(ANN.email)
    assert kept is not None
    assert (kept.phone, kept.first_name) == ("2", "Anna")


async def test_what_a_store_told_of_another_mail_is_no_base(storage: Storage, clock: VirtualClock) -> None:
    web, outlet = await _two(storage, clock)
    await storage.conflicts.choose_rule(Noun.CUSTOMER, "phone", Rule.ASK)
    await storage.customers.upsert(web, [ANN, replace(ANN, email="bea@example.com", phone="7", external_id="2")])
    [asked] = await storage.customers.upsert(web, [replace(ANN, email="bea@example.com")])
    assert (asked.base, asked.ours, asked.theirs, asked.name) == (None, "7", "1", "bea@example.com")
    assert await storage.customers.external_id("bea@example.com", web) in ("1", "2")
    await storage.customers.upsert(web, [ANN])
    assert await _open(storage) == ()
    assert await storage.customers.external_id(ANN.email, outlet) == ""


async def test_settled_ones_go_in_time_and_those_that_wait_stay(storage: Storage, clock: VirtualClock) -> None:
    web, outlet = await _two(storage, clock)
    titled = replace(product(1, "A"), title="Old")
    await storage.catalogue.upsert_products(web, [titled, _tee("10", 2)])
    await storage.catalogue.upsert_products(outlet, [replace(titled, title="New"), _tee("12", 2)])
    assert await storage.conflicts.count(ConflictFilter()) == 2
    clock.advance(timedelta(days=130).total_seconds())
    await storage.prune()
    [left] = await storage.conflicts.page(ConflictFilter())
    assert left.field == "price"


async def test_a_long_list_is_read_by_the_page_in_both_directions(storage: Storage, clock: VirtualClock) -> None:
    web, outlet = await _two(storage, clock)
    goods = [product(number, f"SKU-{number}") for number in range(10)]
    await storage.catalogue.upsert_products(web, goods)
    dear = [replace(each, variants=(replace(each.variants[0], price=_euro("99")),)) for each in goods]
    await storage.catalogue.upsert_products(outlet, dear)
    whole = await _open(storage)
    assert [each.id for each in whole] == sorted((each.id for each in whole), reverse=True)
    assert await storage.conflicts.page(OPEN, anchor=whole[3].id, limit=3) == whole[4:7]
    assert await storage.conflicts.page(OPEN, anchor=whole[7].id, backward=True, limit=3) == whole[4:7]
    assert await storage.conflicts.page(OPEN, backward=True, limit=2) == whole[-2:]
    assert await storage.conflicts.count(OPEN, before=whole[3].id) == 3
    assert await storage.conflicts.count(replace(OPEN, connection_ids=(web,))) == 0
    assert await storage.conflicts.count(replace(OPEN, noun=Noun.PRODUCT, field="price")) == 10


@pytest.mark.parametrize("differing", [False, True], ids=["in step", "all in conflict"])
async def test_a_page_costs_the_same_statements_whatever_its_length(
    sqlite_storage: Storage, clock: VirtualClock, differing: bool
) -> None:
    storage = sqlite_storage
    web, outlet = await _two(storage, clock)
    await storage.conflicts.choose_rule(Noun.CUSTOMER, "phone", Rule.ASK)
    asked = list[list[int]]()
    for count, first in ((10, 0), (100, 1000)):
        goods = [product(first + n, f"SKU-{first + n}") for n in range(count)]
        people = [replace(ANN, email=f"{first + n}@example.com", external_id=str(first + n)) for n in range(count)]
        await storage.catalogue.upsert_products(web, goods)
        await storage.customers.upsert(web, people)
        if differing:
            goods = [replace(each, variants=(replace(each.variants[0], price=_euro("99")),)) for each in goods]
            people = [replace(each, phone="9") for each in people]
        with counted() as of_goods:
            told = await storage.catalogue.upsert_products(outlet, goods)
        with counted() as of_people:
            told = (*told, *await storage.customers.upsert(outlet, people))
        assert len(told) == (2 * count if differing else 0)
        asked.append([len(of_goods), len(of_people)])
    assert asked[0] == asked[1]
    assert max(asked[0]) <= 16, asked
