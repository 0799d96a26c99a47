"""Orders of the pretended shop: totals, exactly-once traps, stock, finding, the 60-day window, cancel and refund."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.platforms.shopify.store import CREATE, DEFINE, REFERENCE, Store, eur, opened, paid

FOUND = """query ($query: String) { orders(first: 10, query: $query, sortKey: CREATED_AT, reverse: true) {
  nodes { id sourceIdentifier } } }"""
BY_FIELD = """query ($value: String!) {
  orderByIdentifier(identifier: { customId: { namespace: "till", key: "sale", value: $value } }) { id } }"""
ORDER = """query ($id: ID!) { order(id: $id) { id cancelledAt cancelReason displayFinancialStatus processedAt
  currentTotalPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
  transactions(first: 5) { kind parentTransaction { id } }
  lineItems(first: 5) { nodes { id refundableQuantity } } } }"""
CANCEL = """mutation ($id: ID!, $restock: Boolean!, $notify: Boolean) {
  orderCancel(orderId: $id, reason: STAFF, restock: $restock, notifyCustomer: $notify,
    refundMethod: { originalPaymentMethodsRefund: true }) {
    job { id done } orderCancelUserErrors { code message } } }"""
JOB = "query ($id: ID!) { job(id: $id) { id done } }"
REFUND = """mutation ($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {
  refund { id totalRefundedSet { shopMoney { amount } } } userErrors { field message } } }"""
DAYS = 86_400
VAT = {"title": "VAT", "rate": "0.23"}


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with opened() as opened_store:
        yield opened_store


def amount(bag: Any) -> str:
    return str(bag["shopMoney"]["amount"])


def reference(value: str) -> list[dict[str, str]]:
    return [{**REFERENCE, "value": value}]


async def test_a_total_is_what_the_given_prices_codes_and_taxes_add_up_to(store: Store) -> None:
    lines = [
        await store.line("TEE-M", 2, "24.90", taxLines=[{**VAT, "priceSet": eur("8.38")}]),
        await store.line("SOAP-1", 1, "6.40", taxLines=[{**VAT, "priceSet": eur("1.08")}]),
    ]
    code = {"itemPercentageDiscountCode": {"code": "HARBOUR10", "percentage": 10.0}}
    made = await store.sell(
        *lines, discountCode=code, transactions=[paid("50.58")], financialStatus="PAID", fulfillmentStatus="FULFILLED"
    )
    order = made["order"]
    assert made["userErrors"] == []
    assert [amount(order[each]) for each in ("totalPriceSet", "totalTaxSet", "totalDiscountsSet")] == [
        "50.58", "9.46", "5.62",
    ]  # fmt: skip
    [tax] = order["taxLines"]
    assert (tax["title"], str(tax["rate"]), amount(tax["priceSet"])) == ("VAT", "0.23", "9.46")
    assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == ("PAID", "FULFILLED")
    assert order["discountCodes"] == ["HARBOUR10"]


async def test_tax_comes_on_top_when_prices_are_without(store: Store) -> None:
    line = await store.line("SOAP-1", 1, "10.00", taxLines=[{**VAT, "priceSet": eur("2.30")}])
    made = await store.sell(line, taxesIncluded=False, transactions=[paid("12.00")])
    assert amount(made["order"]["totalPriceSet"]) == "12.3"
    assert made["order"]["displayFinancialStatus"] == "PARTIALLY_PAID"


async def test_a_fixed_code_is_shared_so_that_cents_add_up(store: Store) -> None:
    lines = [await store.line(sku, 1, "3.33") for sku in ("TEE-S", "TEE-M", "TEE-L")]
    code = {"itemFixedDiscountCode": {"code": "FIVEOFF", "amountSet": eur("5.00")}}
    made = await store.sell(*lines, discountCode=code)
    assert [amount(made["order"][each]) for each in ("totalDiscountsSet", "totalPriceSet")] == ["5.0", "4.99"]


async def test_a_free_shipping_code_takes_off_shipping_only(store: Store) -> None:
    shipping = {"title": "Bicycle", "priceSet": eur("4.00")}
    code = {"freeShippingDiscountCode": {"code": "FREESHIP"}}
    made = await store.sell(await store.line("SOAP-1"), shippingLines=[shipping], discountCode=code)
    assert [amount(made["order"][each]) for each in ("totalDiscountsSet", "totalPriceSet")] == ["4.0", "6.4"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": 0}, "quantity"), ({"variantId": "gid://shopify/ProductVariant/1"}, "variantId"),
        ({"variantId": None}, "title"),
    ],
)  # fmt: skip
async def test_a_wrong_line_is_refused_by_its_place(store: Store, wrong: dict[str, Any], field: str) -> None:
    before = len(store.shop.shop.orders)
    made = await store.sell(await store.line("SOAP-1"), {**await store.line("NOTE-1"), **wrong})
    assert made["order"] is None
    assert made["userErrors"][0]["field"] == ["order", "lineItems", "1", field]
    assert len(store.shop.shop.orders) == before, "nothing was made"


async def test_tax_on_lines_and_order_at_once_is_refused(store: Store) -> None:
    line = await store.line("SOAP-1", taxLines=[{**VAT, "priceSet": eur("1.20")}])
    made = await store.sell(line, taxLines=[{**VAT, "priceSet": eur("1.20")}])
    assert made["order"] is None
    percent = await store.line("SOAP-1", taxLines=[{"title": "VAT", "rate": "23", "priceSet": eur("1.20")}])
    assert (await store.sell(percent))["userErrors"][0]["code"] == "TAX_LINE_RATE_MISSING"


async def test_a_sale_in_the_future_is_taken_to_be_now(store: Store) -> None:
    line = await store.line("SOAP-1")
    made = await store.sell(line, processedAt="2027-11-24T09:00:00Z")
    assert made["order"]["processedAt"] == "2026-11-24T09:00:00Z"
    made = await store.sell(line, processedAt="2026-11-20T10:00:00+01:00")
    assert made["order"]["processedAt"] == "2026-11-20T09:00:00Z"


async def test_a_repeat_makes_a_second_order_when_no_field_is_unique(store: Store) -> None:
    line = await store.line("SOAP-1")
    first, second = [await store.sell(line, metafields=reference("TB1")) for _ in range(2)]
    assert first["order"]["id"] != second["order"]["id"]
    made = await store.ask(DEFINE, definition={**REFERENCE, "name": "Sale", "ownerType": "ORDER"})
    refused = made["metafieldDefinitionCreate"]
    assert refused["userErrors"][0]["code"] == "INVALID_CAPABILITY", "a field with values cannot become unique"


async def test_a_unique_field_stops_the_second_order(store: Store) -> None:
    await store.define()
    line = await store.line("SOAP-1")
    assert (await store.sell(line, metafields=reference("TB2")))["order"]
    second = await store.sell(line, metafields=reference("TB2"))
    assert (second["order"], second["userErrors"][0]["field"]) == (None, ["order", "metafields", "0", "value"])
    assert (await store.sell(line, metafields=reference("TB3")))["order"]
    assert (await store.ask(DEFINE, definition={**REFERENCE, "name": "Sale", "ownerType": "ORDER"}))[
        "metafieldDefinitionCreate"
    ]["userErrors"][0]["code"] == "TAKEN"


async def test_the_answer_can_get_lost_after_the_order_was_made(store: Store) -> None:
    await store.define()
    order = {"lineItems": [await store.line("SOAP-1")], "metafields": reference("TB9"), "sourceIdentifier": "TB9"}
    known = len(store.shop.ledger.orders)
    store.shop.faults.arm("timeout_after_commit", match=store.shop.places_order)
    with pytest.raises(httpx.ReadTimeout):
        await store.post(CREATE, order=order)
    assert (await store.ask(BY_FIELD, value="TB9"))["orderByIdentifier"]
    assert len(store.shop.ledger.orders) == known + 1


async def test_the_unique_field_is_found_at_once_and_the_search_lags(store: Store) -> None:
    await store.define()
    store.shop.turn(search_lag=30.0)
    made = await store.sell(await store.line("SOAP-1"), metafields=reference("TB5"), sourceIdentifier="TB5")
    assert (await store.ask(BY_FIELD, value="TB5"))["orderByIdentifier"] == {"id": made["order"]["id"]}
    assert (await store.ask(BY_FIELD, value="TB6"))["orderByIdentifier"] is None
    search = 'source_identifier:"TB5"'
    assert (await store.ask(FOUND, query=search))["orders"]["nodes"] == []
    store.clock.advance(31)
    found = (await store.ask(FOUND, query=search))["orders"]["nodes"]
    assert found == [{"id": made["order"]["id"], "sourceIdentifier": "TB5"}]


async def test_looking_by_a_field_nobody_defined_is_an_error(store: Store) -> None:
    assert await store.errors(BY_FIELD, value="TB5")


async def test_orders_are_searched_by_state(store: Store) -> None:
    line = await store.line("SOAP-1")
    await store.sell(line, sourceIdentifier="open")
    await store.sell(line, sourceIdentifier="paid", transactions=[paid("6.40")], sourceName="till")
    found = (await store.ask(FOUND, query="financial_status:paid source_name:till"))["orders"]["nodes"]
    assert [each["sourceIdentifier"] for each in found] == ["paid"]
    since = store.shop.shop.stamp(store.clock.now() - timedelta(seconds=1))
    assert len((await store.ask(FOUND, query=f"updated_at:>'{since}'"))["orders"]["nodes"]) == 2


async def test_orders_older_than_sixty_days_are_hidden_without_the_scope_for_them(store: Store) -> None:
    made = await store.sell(await store.line("SOAP-1"), sourceIdentifier="old")
    store.clock.advance(61 * DAYS)
    store.token = (await store.grant()).json()["access_token"]
    found = (await store.ask(FOUND, query="source_identifier:old"))["orders"]["nodes"]
    assert found == []
    assert (await store.ask(ORDER, id=made["order"]["id"]))["order"] is None
    store.shop.turn(all_orders=True)
    assert len((await store.ask(FOUND, query="source_identifier:old"))["orders"]["nodes"]) == 1


async def test_stock_is_left_alone_unless_the_options_say_otherwise(store: Store) -> None:
    place = await store.place()
    two = await store.line("LAST-1", 2)

    async def sold(behaviour: str | None, **order: Any) -> Any:
        options = {"inventoryBehaviour": behaviour} if behaviour else None
        return await store.sell(two, options=options, fulfillment={"locationId": place}, **order)

    assert (await sold(None))["order"]
    assert store.shop.ledger.stock["LAST-1"] == 1
    refused = await sold("DECREMENT_OBEYING_POLICY")
    assert (refused["order"], refused["userErrors"][0]["code"]) == (None, "INVENTORY_CLAIM_FAILED")
    assert (await sold("DECREMENT_IGNORING_POLICY"))["order"]
    assert store.shop.ledger.stock["LAST-1"] == -1


async def test_two_lines_of_one_unit_cannot_both_claim_it(store: Store) -> None:
    one = await store.line("LAST-1")
    made = await store.sell(one, one, options={"inventoryBehaviour": "DECREMENT_OBEYING_POLICY"})
    assert made["userErrors"][0]["field"] == ["order", "lineItems", "1"]


async def test_mails_go_out_only_when_asked_for(store: Store) -> None:
    line = await store.line("SOAP-1")
    await store.sell(line, email="aoife.byrne@example.com")
    await store.sell(line, options={"sendReceipt": True})
    assert store.shop.outbox.mails == [], "not asked for, or nobody to send it to"
    options = {"sendReceipt": True, "sendFulfillmentReceipt": True}
    await store.sell(line, email="aoife.byrne@example.com", options=options)
    assert [each.to for each in store.shop.outbox.mails] == ["aoife.byrne@example.com"] * 2


async def test_a_cancel_is_done_in_the_background(store: Store) -> None:
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    made = await store.sell(await store.line("SOAP-1", 2), transactions=[paid("12.80")], options=options)
    order_id = made["order"]["id"]
    assert store.shop.ledger.stock["SOAP-1"] == 23
    job = (await store.ask(CANCEL, id=order_id, restock=True))["orderCancel"]["job"]
    assert job["done"] is False
    assert (await store.ask(ORDER, id=order_id))["order"]["cancelledAt"] is None
    store.clock.advance(5)
    assert (await store.ask(JOB, id=job["id"]))["job"]["done"] is True
    order = (await store.ask(ORDER, id=order_id))["order"]
    assert (order["cancelReason"], order["displayFinancialStatus"]) == ("STAFF", "REFUNDED")
    assert amount(order["totalRefundedSet"]) == "12.8"
    assert store.shop.ledger.stock["SOAP-1"] == 25
    again = (await store.ask(CANCEL, id=order_id, restock=True))["orderCancel"]
    assert (again["job"], again["orderCancelUserErrors"][0]["code"]) == (None, "INVALID")
    assert store.shop.outbox.mails == []


async def test_a_cancel_asked_twice_gives_back_once(store: Store) -> None:
    options = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    made = await store.sell(
        await store.line("SOAP-1"), transactions=[paid("6.40")], options=options, email="aoife.byrne@example.com"
    )
    for _ in range(2):
        await store.ask(CANCEL, id=made["order"]["id"], restock=True, notify=True)
    store.clock.advance(5)
    [booked] = [each for each in store.shop.ledger.orders if each["id"] == made["order"]["id"]]
    assert (booked["refunded"], store.shop.ledger.stock["SOAP-1"]) == ("6.40", 25)
    assert len(store.shop.outbox.mails) == 1


async def refund_input(store: Store, **more: Any) -> dict[str, Any]:
    """A refund of one of two soaps of a paid order."""
    made = await store.sell(await store.line("SOAP-1", 2), transactions=[paid("12.80")])
    order = made["order"]
    payment = {
        "orderId": order["id"], "parentId": order["transactions"][0]["id"], "kind": "REFUND", "gateway": "POS cash",
        "amount": "6.40",
    }  # fmt: skip
    line = {
        "lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 1, "restockType": "RETURN",
        "locationId": await store.place(),
    }  # fmt: skip
    return {"orderId": order["id"], "refundLineItems": [line], "transactions": [payment], **more}


async def test_a_refund_gives_back_money_and_goods_once_per_key(store: Store) -> None:
    given = await refund_input(store)
    made = (await store.ask(REFUND, input=given, key="k1"))["refundCreate"]
    assert (made["userErrors"], amount(made["refund"]["totalRefundedSet"])) == ([], "6.4")
    again = (await store.ask(REFUND, input=given, key="k1"))["refundCreate"]
    assert again["refund"]["id"] == made["refund"]["id"]
    order = (await store.ask(ORDER, id=given["orderId"]))["order"]
    assert order["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert amount(order["currentTotalPriceSet"]) == "6.4"
    assert order["lineItems"]["nodes"][0]["refundableQuantity"] == 1
    assert [each["kind"] for each in order["transactions"]] == ["SALE", "REFUND"]
    assert store.shop.ledger.stock["SOAP-1"] == 26
    assert store.shop.outbox.mails == []


async def test_no_more_than_was_sold_or_paid_goes_back(store: Store) -> None:
    given = await refund_input(store)
    many = {**given, "refundLineItems": [{**given["refundLineItems"][0], "quantity": 3}]}
    much = {**given, "transactions": [{**given["transactions"][0], "amount": "12.81"}]}
    for at, wrong in enumerate((many, much)):
        made = (await store.ask(REFUND, input=wrong, key=f"k{at}"))["refundCreate"]
        assert made["refund"] is None
        assert made["userErrors"][0]["message"]
    assert store.shop.ledger.stock["SOAP-1"] == 25


async def test_a_refund_without_a_key_does_not_run(store: Store) -> None:
    given = await refund_input(store)
    bare = "mutation ($input: RefundInput!) { refundCreate(input: $input) { refund { id } } }"
    [error] = await store.errors(bare, input=given)
    assert "@idempotent" in error["message"]
    assert (await store.ask(ORDER, id=given["orderId"]))["order"]["displayFinancialStatus"] == "PAID"
