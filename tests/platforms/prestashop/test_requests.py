"""Every request the adapter really sends, held to the field lists of PrestaShop 8.2 and 9.0 beside the checkout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.contracts import ABSENT, CONTRACTS
from tests.support.till import offer_of, paid
from tillbridge.domain.basket import Discount
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import Refund, RefundLine
from tillbridge.domain.stock import StockChange
from tillbridge.platforms.prestashop import PLATFORM

from .adapter import Bench, Seen, bench, eur, prepare

VERSIONS = ("8.2", "9.0")
pytestmark = pytest.mark.skipif(not (CONTRACTS / "prestashop").is_dir(), reason=ABSENT)
_FILTER = re.compile(r"filter\[(\w+)\]")


@cache
def resources(version: str) -> Mapping[str, Any]:
    document = json.loads((CONTRACTS / "prestashop" / f"webservice-resources-{version}.json").read_text())
    found: Mapping[str, Any] = document["resources"]
    return found


def problems(seen: Seen, version: str) -> Iterator[str]:
    """What the field list says against a request."""
    name = seen.path.removeprefix("/api/").partition("/")[0]
    if not name:
        return
    resource = resources(version).get(name)
    if resource is None:
        yield f"{name} is no resource"
        return
    if seen.method in resource["forbidden_methods"]:
        yield f"{seen.method} is forbidden"
    fields = resource["fields"]
    for key, value in seen.query:
        yield from _question(key, value, fields)
    if seen.content:
        yield from _body(seen, resource)


def _question(key: str, value: str, fields: Mapping[str, Any]) -> Iterator[str]:
    names: list[str] = []
    if match := _FILTER.fullmatch(key):
        names = [match[1]]
    elif key == "display" and value != "full":
        names = value.strip("[]").split(",")
    elif key == "sort":
        names = [part.rpartition("_")[0] for part in value.strip("[]").split(",")]
    for each in names:
        if each not in fields and each != "id":
            yield f"{key}: {each} is no field"
        elif key != "display" and fields.get(each, {}).get("computed"):
            yield f"{key}: {each} cannot be asked for"


def _body(seen: Seen, resource: Mapping[str, Any]) -> Iterator[str]:
    record = ElementTree.fromstring(seen.content)[0]
    fields = resource["fields"]
    if record.tag != resource["item_node"]:
        yield f"<{record.tag}> is not <{resource['item_node']}>"
    sent = {child.tag: child.text or "" for child in record if child.tag != "associations"}
    for name, text in sent.items():
        yield from _value(name, text, fields.get(name), creating=seen.method == "POST")
    needed = [name for name, known in fields.items() if known.get("required")] if seen.method == "POST" else ["id"]
    yield from (f"{name} is required" for name in needed if name not in sent)
    for group in record.findall("associations/*"):
        declared = resource["associations"].get(group.tag)
        if declared is None:
            yield f"{group.tag} is no association"
        elif any(row.tag != declared["item_node"] for row in group):
            yield f"{group.tag} holds {[row.tag for row in group]}"


def _value(name: str, text: str, known: Mapping[str, Any] | None, *, creating: bool) -> Iterator[str]:
    if known is None:
        yield f"{name} is no field"
    elif known.get("read_only") or (creating and known.get("read_only_on_create")):
        yield f"{name} is read-only"
    elif len(text) > known.get("max_size", len(text)):
        yield f"{name} is longer than {known['max_size']}"


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


@pytest.mark.parametrize("version", VERSIONS)
async def test_all_requests_of_a_day_hold_to_the_field_lists(version: str) -> None:
    async with bench(prepared=False) as at:
        at.session = await prepare(at.session)
        await _day(at)
        methods = {seen.method for seen in at.line.seen}
        assert {"GET", "POST", "PATCH"} <= methods
        found = [f"{seen.line}: {words}" for seen in at.line.seen for words in problems(seen, version)]
        assert not found, "\n".join(dict.fromkeys(found))


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
