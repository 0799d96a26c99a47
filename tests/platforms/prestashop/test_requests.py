"""What the adapter never sends in a day at the till, whatever the shop's field lists would allow."""

from __future__ import annotations

from tests.support.till import offer_of, paid
from tillbridge.domain.basket import Discount
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Refund, RefundLine
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.prestashop import PLATFORM

from .adapter import Bench, bench, eur, prepare


async def _day(at: Bench) -> None:
    """All the adapter does for a till in a day."""
    since = at.clock.now()
    session = at.session
    products, customers, orders = PLATFORM.product(session), PLATFORM.customer(session), PLATFORM.order(session)
    async for _ in products.list_products(since):
        pass
    lines = await at.lines(TEE_M=2, SOAP_1=1)
    address = Address(line1="1 Quay Lane", city="Dublin", postcode="D01", country="IE", phone="+353 1 555 0100")
    person = Customer(email="nora.whitlock@example.com", first_name="Nora", last_name="Whitlock", addresses=(address,))
    saved = await customers.save(await customers.save(person))
    async for _ in customers.list_customers(since):
        pass
    offer = offer_of(lines, email=saved.email)
    verdict = await PLATFORM.discount(at.session).check_code("HARBOUR10", offer)
    ten = Discount("Harbour", DiscountType.PERCENTAGE, verdict.value, code="HARBOUR10")
    order = paid(lines, at.clock, receipt="R-9", discounts=[ten], customer=saved, note="Gift & wrap <3")
    placed = await orders.create_order(order, at.keep)
    refund = Refund("TBREF-R1", eur("5.00"), (RefundLine("1", 1 * lines[0].quantity / 2, restock=True),), "torn")
    await orders.refund_order(order, placed.platform_order_id, refund)
    await orders.look_up(order, at.handles, since)
    async for _ in orders.list_orders(since):
        pass
    await orders.cancel_order(order, placed.platform_order_id, "rung up twice")
    stock = PLATFORM.inventory(at.session)
    assert lines[0].listing is not None
    (level,) = await stock.read_levels([lines[0].listing])
    await stock.set_levels([StockChange(level.inventory_id, "", level.available or 1 * lines[0].quantity)], "k")


async def test_nothing_is_ever_put_whole_or_sent_as_json() -> None:
    """A PUT empties what it leaves out, and the shop reads XML only."""
    async with bench(prepared=False) as at:
        at.session = await prepare(at.session)
        await _day(at)
        assert not [seen.line for seen in at.line.seen if seen.method == "PUT"]
        assert all(seen.content.startswith("<?xml") for seen in at.line.seen if seen.content)


async def test_no_cookie_of_the_shop_is_sent_back() -> None:
    async with bench(prepared=False) as at:
        at.session = await prepare(at.session)
        await _day(at)
        assert {seen.cookie for seen in at.line.seen} == {""}


async def test_no_password_hash_is_ever_asked_for() -> None:
    async with bench(prepared=False) as at:
        at.session = await prepare(at.session)
        await _day(at)
        asked = [dict(seen.query) for seen in at.line.seen if seen.method == "GET" and seen.path == "/api/customers"]
        assert asked
        assert all("passwd" not in each["display"] and each["display"] != "full" for each in asked)
