"""Catalogue, stock, and what pulls leave behind: linked by SKU without guessing, added up without losing a unit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from tests.support.clock import VirtualClock
from tests.support.filling import connected
from tests.support.queries import counted
from tillbridge.domain.catalog import Listing, Product, ProductStatus, ProductVariant
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.stock import MovementCause, Sighting, StockLevel, StockMovement
from tillbridge.storage import Storage


def _euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def _variant(external_id: str, sku: str, **changes: object) -> ProductVariant:
    whole = ProductVariant(
        external_id=external_id, title="M", sku=sku, barcode="", price=_euro("24.90"), compare_at_price=None,
        inventory_quantity=Decimal(25), option_values=(("Size", "M"),), inventory_id=f"i-{external_id}",
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def _product(external_id: str, *variants: ProductVariant, title: str = "Organic Tee") -> Product:
    return Product(
        external_id=external_id, title=title, handle="tee", description="<p>Bio ✓</p>", status=ProductStatus.ACTIVE,
        vendor="Harbour", product_type="", tags=("bio",), options=(), variants=variants, images=(), created_at=None,
        updated_at=None,
    )  # fmt: skip


async def test_a_variant_is_found_by_words_sku_and_barcode(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.catalogue.upsert_products(shop.id, [
        _product("p1", _variant("v1", "TEE-M", barcode="4006"), _variant("v2", "TEE-L", title="L", barcode="777")),
        _product("p2", _variant("v3", "KÄSE", title="Käse", barcode="777"), title="Käse"),
    ])  # fmt: skip
    [tee] = await storage.catalogue.search("organic M tee-m")
    assert (tee.sku, tee.title, tee.price) == ("TEE-M", "Organic Tee – M", _euro("24.90"))
    assert [each.sku for each in await storage.catalogue.search("kÄSE")] == ["KÄSE"]
    assert [each.sku for each in await storage.catalogue.search("organic", limit=1)] == ["TEE-L"]
    assert await storage.catalogue.search("100%") == ()
    assert await storage.catalogue.by_code(" tee-m ") == tee
    assert await storage.catalogue.by_code("4006") == tee
    assert await storage.catalogue.by_code("777") is None
    assert await storage.catalogue.by_code("") is None


async def test_one_variant_is_listed_on_many_shops(storage: Storage, clock: VirtualClock) -> None:
    one, two = await connected(storage, "One", clock.now()), await connected(storage, "Two", clock.now())
    await storage.catalogue.upsert_products(one.id, [_product("p1", _variant("v1", "TEE-M"))])
    second = _product("9", _variant("91", "tee-m", price=_euro("20.00")))
    [asked] = await storage.catalogue.upsert_products(two.id, [second])
    found = await storage.catalogue.by_code("TEE-M")
    assert found is not None
    assert found.price == _euro("24.90"), "a second store does not change the till's price by itself"
    assert (asked.field, asked.ours, asked.theirs) == ("price", _euro("24.90"), _euro("20.00"))
    assert await storage.catalogue.listings_for(["TEE-M", "X"], one.id) == {
        "TEE-M": Listing("p1", "v1", "i-v1", "TEE-M")
    }
    assert await storage.catalogue.listings(two.id) == (Listing("9", "91", "i-91", "tee-m"),)


async def test_stores_that_list_the_same_goods_may_be_pulled_at_the_same_time(
    storage: Storage, clock: VirtualClock
) -> None:
    shops = [await connected(storage, f"Shop {number}", clock.now()) for number in range(4)]
    skus = [f"SKU-{number}" for number in range(20)]
    pulls = []
    for at, shop in enumerate(shops):
        ordered = skus if at % 2 else list(reversed(skus))
        pulls.append(storage.catalogue.upsert_products(shop.id, [_product(sku, _variant(sku, sku)) for sku in ordered]))
    await asyncio.gather(*pulls)
    assert [len(await storage.catalogue.listings(shop.id)) for shop in shops] == [20] * 4


async def test_empty_and_double_skus_are_listed_unlinked(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    pulled = _product("p1", _variant("v1", "TEE-M"), _variant("v2", "TEE-M"), _variant("v3", ""))
    for _ in range(2):
        await storage.catalogue.upsert_products(shop.id, [pulled])
        unlinked = await storage.catalogue.unlinked(shop.id)
        assert {(each.external_variant_id, why) for each, why in unlinked} >= {
            ("v2", "double_sku"),
            ("v3", "empty_sku"),
        }
    assert len(await storage.catalogue.unlinked(shop.id)) + len(await storage.catalogue.listings(shop.id)) == 3


def _movement(at: datetime, quantity: str, **changes: object) -> StockMovement:
    whole = StockMovement(
        id=new_id(), sku="CHEESE", variant_id=None, location="Main", quantity=Decimal(quantity), unit="kg",
        cause=MovementCause.SALE, subject="TB1", at=at,
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


async def test_movements_add_up_to_levels(storage: Storage, clock: VirtualClock) -> None:
    made = [
        _movement(clock.now(), "-0.355", variant_id=new_id()),
        _movement(clock.now() + timedelta(seconds=1), "10", cause=MovementCause.RECEIVED),
        _movement(clock.now(), "-1", location="Pier", unit="piece"),
    ]
    await storage.stock.add_movements(made)
    await storage.stock.add_movements([])
    levels = await storage.stock.levels(["CHEESE", "OTHER"])
    assert levels == {("CHEESE", "Main"): Decimal("9.645"), ("CHEESE", "Pier"): Decimal(-1)}
    assert await storage.stock.levels(["CHEESE"], "Pier") == {("CHEESE", "Pier"): Decimal(-1)}
    assert await storage.stock.movements("CHEESE") == (made[1], made[2], made[0])
    assert len(await storage.stock.movements("CHEESE", limit=1)) == 1


async def test_no_unit_is_lost_when_many_tills_sell_at_once(storage: Storage, clock: VirtualClock) -> None:
    await asyncio.gather(*(storage.stock.add_movements([_movement(clock.now(), "-1")]) for _ in range(12)))
    assert await storage.stock.levels(["CHEESE"]) == {("CHEESE", "Main"): Decimal(-12)}


async def test_why_is_it_four_lists_each_number_once(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.catalogue.upsert_products(shop.id, [_product("p1", _variant("v1", "TEE-M"))])

    def level(quantity: str | None, seconds: int) -> StockLevel:
        number = None if quantity is None else Decimal(quantity)
        return StockLevel("i-v1", "l1", number, clock.now() + timedelta(seconds=seconds))

    await storage.stock.record_read(shop.id, [level("4", 0), StockLevel("unknown", "l1", Decimal(1), clock.now())])
    await storage.stock.record_read(shop.id, [level("4", 1)])
    await storage.stock.record_write(shop.id, [level("3", 2)])
    await storage.stock.record_read(shop.id, [level(None, 3)])
    seen = await storage.stock.sightings("TEE-M")
    assert [(each.direction, each.quantity) for each in seen] == [
        ("read", None), ("written", Decimal(3)), ("read", Decimal(4)),
    ]  # fmt: skip
    assert seen[2] == Sighting(shop.id, "TEE-M", "l1", "read", Decimal(4), clock.now())


async def test_reading_many_levels_asks_for_all_of_them_at_once(sqlite_storage: Storage, clock: VirtualClock) -> None:
    storage, asked = sqlite_storage, []
    shop = await connected(storage, "Shop", clock.now())
    for count in (2, 40):
        product = _product(f"p{count}", *[_variant(f"v{count}-{n}", f"SKU-{count}-{n}") for n in range(count)])
        await storage.catalogue.upsert_products(shop.id, [product])
        levels = [StockLevel(f"i-v{count}-{n}", "l1", Decimal(n), clock.now()) for n in range(count)]
        with counted() as statements:
            await storage.stock.record_read(shop.id, [*levels, *levels])
        asked.append(len(statements))
        seen = [await storage.stock.sightings(f"SKU-{count}-{n}") for n in range(count)]
        assert [[each.quantity for each in one] for one in seen] == [[Decimal(n)] for n in range(count)]
    assert asked[0] == asked[1]


async def test_a_pull_goes_on_where_it_stopped(storage: Storage) -> None:
    one, two = new_id(), new_id()
    assert await storage.cursors.get(one, "products") is None
    await storage.cursors.set(one, "products", "a")
    await storage.cursors.set(one, "products", "2026-11-24T09:00:00+01:00|ü")
    await storage.cursors.set(two, "products", "x")
    assert await storage.cursors.get(one, "products") == "2026-11-24T09:00:00+01:00|ü"
    assert await storage.cursors.get(one, "orders") is None


@dataclass(frozen=True)
class _Refused:
    external_id: str
    path: str = "variants[0].price"
    expected: str = "a number"
    found: str = "„gratis“"
    raw: str = '{"price": "gratis"}'


async def test_a_record_that_did_not_fit_waits_in_its_newest_state(storage: Storage, clock: VirtualClock) -> None:
    one, two = new_id(), new_id()
    await storage.quarantine.add(one, "products", _Refused("p1"))
    await storage.quarantine.add(two, "products", _Refused("p1", path="x" * 500))
    clock.advance(1)
    await storage.quarantine.add(one, "products", _Refused("p1", found="null"))
    [kept] = await storage.quarantine.list(one)
    assert (kept.found, kept.at, kept.raw, kept.connection_id) == ("null", clock.now(), _Refused("").raw, one)
    assert [each.connection_id for each in await storage.quarantine.list()] == [one, two]
    await storage.quarantine.settle(one, "orders", ["p1"])
    assert await storage.quarantine.counts(one) == {"products": 1}
    await storage.quarantine.settle(one, "products", ["p1", "p2"])
    assert await storage.quarantine.list(one) == ()


async def test_a_double_sku_links_neither_and_the_last_one_left_links_again(
    storage: Storage, clock: VirtualClock
) -> None:
    shop = await connected(storage, "Shop", clock.now())
    first, second = _product("p1", _variant("v1", "TEE-M")), _product("p2", _variant("v2", "TEE-M"))
    await storage.catalogue.upsert_products(shop.id, [first])
    assert set(await storage.catalogue.listings_for(["TEE-M"], shop.id)) == {"TEE-M"}
    await storage.catalogue.upsert_products(shop.id, [second])
    assert await storage.catalogue.listings_for(["TEE-M"], shop.id) == {}
    assert {each.external_variant_id for each, _ in await storage.catalogue.unlinked(shop.id)} == {"v1", "v2"}
    await storage.catalogue.upsert_products(shop.id, [_product("p2", _variant("v2", "TEE-L"))])
    linked = await storage.catalogue.listings_for(["TEE-M", "TEE-L"], shop.id)
    assert {sku: each.external_variant_id for sku, each in linked.items()} == {"TEE-M": "v1", "TEE-L": "v2"}
    assert await storage.catalogue.unlinked(shop.id) == ()


async def test_a_variant_the_shop_no_longer_has_is_no_longer_listed(storage: Storage, clock: VirtualClock) -> None:
    shop = await connected(storage, "Shop", clock.now())
    await storage.catalogue.upsert_products(shop.id, [_product("p1", _variant("v1", "TEE-M"), _variant("v2", "TEE-L"))])
    await storage.catalogue.upsert_products(shop.id, [_product("p1", _variant("v2", "TEE-L"))])
    assert set(await storage.catalogue.listings_for(["TEE-M", "TEE-L"], shop.id)) == {"TEE-L"}
    assert await storage.catalogue.by_code("TEE-M") is not None
