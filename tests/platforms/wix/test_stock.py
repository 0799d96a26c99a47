"""Stock of a Wix site: guarded by revisions, each row for itself, and a lost answer read back."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from tests.platforms.wix.adapter import Bench, Tap, Tapped, bench
from tests.support.till import listed
from tillbridge.domain.catalog import Listing
from tillbridge.domain.errors import OutcomeUnknown
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.wix import PLATFORM
from tillbridge.platforms.wix.simulator import WixSimulator

_UPDATE = "/stores/v3/bulk/inventory-items/update"


async def listing(at: Bench, sku: str) -> Listing:
    return (await listed(PLATFORM.product(at.session), sku))[0]


def selling(sku: str, times: int = 1, path: str = _UPDATE) -> Tap:
    """A wire on which somebody buys a piece just before our write arrives."""
    left = [times]

    def tap(inner: httpx.AsyncBaseTransport, shop: WixSimulator) -> httpx.AsyncBaseTransport:
        def sell(request: httpx.Request) -> None:
            if request.url.path == path and left[0]:
                left[0] -= 1
                rows = shop.site.products.values()
                key = next(each["id"] for row in rows for each in row["variants"] if each["sku"] == sku)
                shop.site.move(next(row for row in shop.site.items.values() if row["variantId"] == key), -1)

        return Tapped(inner, before=sell)

    return tap


async def test_a_write_that_somebody_came_before_is_refused_with_the_number_found() -> None:
    async with bench(tap=selling("SOAP-1")) as at:
        soap = await listing(at, "SOAP-1")
        change = StockChange(soap.inventory_id, at.shop.site.home, Decimal(20), expected=Decimal(25))
        (outcome,) = await PLATFORM.inventory(at.session).set_levels([change], "key")
        assert (outcome.applied, outcome.found) == (False, Decimal(24))
        assert at.stock("SOAP-1") == 24


async def test_without_an_expectation_the_newest_revision_is_tried() -> None:
    async with bench(tap=selling("SOAP-1")) as at:
        soap = await listing(at, "SOAP-1")
        change = StockChange(soap.inventory_id, "", Decimal(20))
        (outcome,) = await PLATFORM.inventory(at.session).set_levels([change], "key")
        assert outcome.applied
        assert at.stock("SOAP-1") == 20


async def test_a_number_that_keeps_moving_is_given_up() -> None:
    async with bench(tap=selling("SOAP-1", times=9)) as at:
        soap = await listing(at, "SOAP-1")
        (outcome,) = await PLATFORM.inventory(at.session).set_levels(
            [StockChange(soap.inventory_id, "", Decimal(20))], "key"
        )
        assert not outcome.applied
        assert outcome.reason


async def test_rows_that_cannot_be_written_do_not_hold_up_the_others() -> None:
    async with bench() as at:
        at.item("NOTE-1").update(quantity=None, inStock=True)
        soap, note = await listing(at, "SOAP-1"), await listing(at, "NOTE-1")
        home = at.shop.site.home
        changes = [
            StockChange(soap.inventory_id, home, Decimal(7)),
            StockChange(note.inventory_id, home, Decimal(7)),
            StockChange("a/b", home, Decimal(7)),
            StockChange(soap.inventory_id, next(key for key in at.shop.site.locations if key != home), Decimal(7)),
            StockChange(soap.inventory_id, home, Decimal("1.5")),
            StockChange(soap.inventory_id, home, Decimal(100_000)),
        ]
        outcomes = await PLATFORM.inventory(at.session).set_levels(changes, "key")
        assert [each.applied for each in outcomes] == [True, False, False, False, False, False]
        assert all(each.reason for each in outcomes[1:])
        assert at.stock("SOAP-1") == 7


@pytest.mark.parametrize("fault", ["timeout_after_commit", "truncated"])
async def test_a_set_whose_answer_was_lost_is_seen_to_stand(fault: str) -> None:
    async with bench() as at:
        soap = await listing(at, "SOAP-1")
        at.shop.faults.arm(fault, match=_UPDATE)
        change = StockChange(soap.inventory_id, at.shop.site.home, Decimal(20), expected=Decimal(25))
        (outcome,) = await PLATFORM.inventory(at.session).set_levels([change], "key")
        assert outcome.applied
        assert at.stock("SOAP-1") == 20


async def test_goods_at_other_locations_are_read_where_they_are_asked_for() -> None:
    async with bench() as at:
        soap = await listing(at, "SOAP-1")
        other = next(key for key in at.shop.site.locations if key != at.shop.site.home)
        stock = PLATFORM.inventory(at.session)
        assert await stock.read_levels([soap], other) == ()
        (level,) = await stock.read_levels([soap])
        assert (level.location_id, level.available) == (at.shop.site.home, Decimal(25))


async def test_a_difference_goes_both_ways_and_below_nothing() -> None:
    async with bench() as at:
        lamp = await listing(at, "LAST-1")
        stock = PLATFORM.inventory(at.session)
        assert (await stock.adjust(lamp, "", Decimal(-3), "key")).found == Decimal(-2)
        assert (await stock.adjust(lamp, "", Decimal(5), "key")).found == Decimal(3)
        assert at.stock("LAST-1") == 3
        assert not (await stock.adjust(lamp, "", Decimal("0.5"), "key")).applied


async def test_a_difference_whose_answer_was_lost_is_read_back() -> None:
    async with bench() as at:
        soap = await listing(at, "SOAP-1")
        stock = PLATFORM.inventory(at.session)
        at.shop.faults.arm("timeout_after_commit", match="inventory-items/decrement")
        assert (await stock.adjust(soap, "", Decimal(-2), "key")).applied
        assert at.stock("SOAP-1") == 23
        at.shop.faults.arm("timeout_before_commit", match="inventory-items/decrement")
        with pytest.raises(OutcomeUnknown):
            await stock.adjust(soap, "", Decimal(-2), "key")
        assert at.stock("SOAP-1") == 23
