"""What the simulator makes of an order: totals, stock, mails, look-up, refusals, refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .shopping import Counter, sale


async def test_a_paid_order_takes_catalogue_prices_tax_and_stock(till: Counter) -> None:
    answer = await till.post("/orders", sale())
    body = answer.json()
    assert (answer.status_code, body["status"], body["total"], body["total_tax"]) == (
        201,
        "processing",
        "12.80",
        "2.39",
    )
    assert body["date_paid_gmt"] == "2026-11-24T09:00:00"
    assert await till.stock("SOAP-1") == 23


async def test_two_rates_and_a_code_come_out_as_in_the_shop(till: Counter) -> None:
    lines = [{"sku": "TEE-S", "quantity": 1}, {"sku": "BOOK-1", "quantity": 2}]
    body = (await till.post("/orders", sale(line_items=lines, coupon_lines=[{"code": "HARBOUR10"}]))).json()
    assert (body["total"], body["discount_total"], body["discount_tax"]) == ("76.41", "8.02", "0.47")
    assert [row["code"] for row in body["coupon_lines"]] == ["harbour10"]
    assert [(row["label"], row["tax_total"]) for row in body["tax_lines"]] == [("VAT", "4.19"), ("Zero rate", "0.00")]


async def test_own_line_taxes_and_prices_are_ignored(till: Counter) -> None:
    line: dict[str, Any] = {"sku": "SOAP-1", "quantity": 2, "total_tax": "9.99", "price": 1.0}
    body = (await till.post("/orders", sale(line_items=[line]))).json()
    assert body["total"] == "12.80"


async def test_six_decimals_are_kept(till: Counter) -> None:
    line = {"sku": "SOAP-1", "quantity": 2, "subtotal": "10.406504", "total": "10.406504"}
    made = (await till.post("/orders", sale(line_items=[line]))).json()
    wide = (await till.get(f"/orders/{made['id']}", dp=6)).json()
    assert (made["total"], wide["line_items"][0]["total"]) == ("12.80", "10.406504")


async def test_a_line_total_as_a_number_is_refused(till: Counter) -> None:
    answer = await till.post("/orders", sale(line_items=[{"sku": "SOAP-1", "quantity": 1, "total": 8.0}]))
    assert answer.json()["data"]["params"] == {"line_items": "line_items[0][total] is not of type string."}


async def test_a_total_alone_shows_as_a_discount(till: Counter) -> None:
    body = (await till.post("/orders", sale(line_items=[{"sku": "SOAP-1", "quantity": 1, "total": "4.00"}]))).json()
    assert (body["total"], body["discount_total"]) == ("4.92", "1.20")


async def test_the_same_body_twice_is_two_orders(till: Counter) -> None:
    first, second = (await till.post("/orders", sale())).json(), (await till.post("/orders", sale())).json()
    assert first["id"] != second["id"]
    assert await till.stock("SOAP-1") == 21


async def test_an_unknown_product_is_an_empty_line(till: Counter) -> None:
    answer = await till.post("/orders", sale(line_items=[{"product_id": 99999, "quantity": 1}]))
    (line,) = answer.json()["line_items"]
    assert (answer.status_code, line["name"], line["product_id"], line["total"]) == (201, "", 0, "0.00")


async def test_a_line_without_product_is_refused(till: Counter) -> None:
    answer = await till.post("/orders", sale(line_items=[{"name": "Loose goods", "total": "5.00", "quantity": 1}]))
    assert answer.json()["code"] == "woocommerce_rest_required_product_reference"


@pytest.mark.parametrize(("quantity", "status"), [(0, 500), (-1, 201), (0.5, 400), ("two", 400)])
async def test_odd_quantities(till: Counter, quantity: object, status: int) -> None:
    answer = await till.post("/orders", sale(line_items=[{"sku": "SOAP-1", "quantity": quantity}]))
    assert answer.status_code == status
    assert len((await till.get("/orders")).json()) == 3 + (status == 201)


async def test_sold_out_goods_are_sold_below_zero(till: Counter) -> None:
    await till.post("/orders", sale(line_items=[{"sku": "LAST-1", "quantity": 3}]))
    assert await till.stock("LAST-1") == -2


async def test_fees_are_taxed_and_a_large_negative_one_is_cut(till: Counter) -> None:
    wrap = (await till.post("/orders", sale(fee_lines=[{"name": "Wrap", "total": "2.00"}]))).json()
    voucher = (await till.post("/orders", sale(fee_lines=[{"name": "Voucher", "total": "-50.00"}]))).json()
    assert (wrap["total"], wrap["fee_lines"][0]["total_tax"]) == ("15.26", "0.46")
    assert voucher["total"] == "0.00"


async def test_the_standard_class_has_no_name(till: Counter) -> None:
    answer = await till.post("/orders", sale(fee_lines=[{"name": "Wrap", "total": "2.00", "tax_class": "standard"}]))
    assert answer.json()["code"] == "order_item_fee_invalid_tax_class"


async def test_the_address_decides_the_rate_unless_picked_up(till: Counter) -> None:
    abroad: dict[str, Any] = {"billing": {"country": "DE", "city": "Kiel"}}
    away = (await till.post("/orders", sale(**abroad))).json()
    pickup = [{"method_id": "local_pickup", "method_title": "In store", "total": "0.00"}]
    here = (await till.post("/orders", sale(**abroad, shipping_lines=pickup))).json()
    assert (away["tax_lines"][0]["label"], here["tax_lines"][0]["label"]) == ("MwSt", "VAT")


async def test_the_account_fills_the_mail_address(till: Counter) -> None:
    body = (await till.post("/orders", sale(customer_id=2))).json()
    assert body["billing"]["email"] == "aoife.byrne@example.com"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"customer_id": 999}, "woocommerce_rest_invalid_customer_id"),
        ({"status": "paid"}, "rest_invalid_param"),
        ({"currency": "EURO"}, "rest_invalid_param"),
        ({"billing": {"email": ""}}, "rest_invalid_param"),
        ({"coupon_lines": [{"id": 4, "code": "HARBOUR10"}]}, "woocommerce_rest_coupon_item_id_readonly"),
    ],
)
async def test_refusals(till: Counter, more: dict[str, Any], code: str) -> None:
    answer = await till.post("/orders", sale(**more))
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("NOSUCH", "Coupon &quot;nosuch&quot; cannot be applied because it does not exist."),
        ("EXPIRED5", "Coupon &quot;expired5&quot; has expired."),
        ("ONCEONLY", "Usage limit for coupon &quot;onceonly&quot; has been reached."),
        ("SPEND100", "The minimum spend for coupon &quot;spend100&quot; is "),
    ],
)
async def test_a_refused_code_leaves_a_draft_behind(till: Counter, code: str, words: str) -> None:
    answer = await till.post("/orders", sale(coupon_lines=[{"code": code}]))
    body = answer.json()
    draft = (await till.get(f"/orders/{body['data']['new_draft_order_id']}")).json()
    assert (answer.status_code, body["code"]) == (400, "woocommerce_rest_invalid_coupon")
    assert body["message"].startswith(words)
    assert (draft["status"], draft["transaction_id"]) == ("checkout-draft", "POS-T1-000001")


async def test_an_older_shop_leaves_it_pending_and_says_nothing(till: Counter) -> None:
    till.simulator.shop.switches.draft_on_refused_coupon = False
    answer = await till.post("/orders", sale(coupon_lines=[{"code": "NOSUCH"}]))
    assert answer.json()["data"] == {"status": 400}
    assert (await till.get("/orders")).json()[0]["status"] == "pending"


async def test_a_code_for_one_article_touches_that_line_only(till: Counter) -> None:
    lines = [{"sku": "SOAP-1", "quantity": 2}, {"sku": "NOTE-1", "quantity": 1}]
    body = (await till.post("/orders", sale(line_items=lines, coupon_lines=[{"code": "SOAPDEAL"}]))).json()
    assert body["total"] == "20.19"


async def test_search_sees_the_transaction_id_with_order_tables_only(till: Counter) -> None:
    await till.post("/orders", sale("TILL-7788"))
    with_tables = (await till.get("/orders", search="ll-778")).json()
    till.simulator.shop.switches.hpos = False
    without = (await till.get("/orders", search="TILL-7788")).json()
    assert (len(with_tables), without) == (1, [])


async def test_meta_is_never_searched_and_its_filters_change_nothing(till: Counter) -> None:
    await till.post("/orders", sale("", meta_data=[{"key": "pos_reference", "value": "ONLY-META"}]))
    searched = (await till.get("/orders", search="ONLY-META")).json()
    filtered = (await till.get("/orders", meta_key="pos_reference", meta_value="ONLY-META")).json()
    assert (searched, len(filtered)) == ([], 4)


async def test_created_via_filters_from_9_9_on_and_is_dropped_before(till: Counter) -> None:
    await till.post("/orders", sale())
    found = (await till.get("/orders", created_via="pos-rest-api")).json()
    till.simulator.shop.switches.keeps_created_via = False
    older = (await till.post("/orders", sale("POS-T1-000002"))).json()
    assert (len(found), older["created_via"]) == (1, "rest-api")


async def test_trashed_orders_are_hidden_from_lists_but_not_from_their_id(till: Counter) -> None:
    made = (await till.post("/orders", sale())).json()
    await till.client.delete(f"/wp-json/wc/v3/orders/{made['id']}")
    assert (await till.get("/orders", search="POS-T1-000001")).json() == []
    assert (await till.get(f"/orders/{made['id']}")).json()["status"] == "trash"


async def test_unknown_orders_differ_by_method(till: Counter) -> None:
    got, put = await till.get("/orders/9999"), await till.put("/orders/9999", {"status": "completed"})
    assert (got.status_code, put.status_code, put.json()["message"]) == (404, 400, "ID is invalid.")


async def test_cancelling_gives_stock_and_the_code_back_once(till: Counter) -> None:
    made = (await till.post("/orders", sale(coupon_lines=[{"code": "HARBOUR10"}]))).json()
    (used,) = (await till.get("/coupons", code="HARBOUR10")).json()
    for _ in range(2):
        await till.put(f"/orders/{made['id']}", {"status": "cancelled"})
    (after,) = (await till.get("/coupons", code="harbour10")).json()
    assert await till.stock("SOAP-1") == 25
    assert (used["usage_count"], after["usage_count"]) == (1, 0)


async def test_the_same_meta_key_keeps_its_last_value(till: Counter) -> None:
    meta = [{"key": "pos_reference", "value": "A"}, {"key": "pos_reference", "value": "B"}]
    body = (await till.post("/orders", sale(meta_data=meta))).json()
    assert [entry["value"] for entry in body["meta_data"]] == ["B"]


async def test_notes_are_kept_and_the_customers_are_mailed(till: Counter) -> None:
    made = (await till.post("/orders", sale(billing={"email": "ann@example.com"}))).json()
    path = f"/orders/{made['id']}/notes"
    await till.post(path, {"note": "Collected at till", "customer_note": True})
    assert "Collected at till" in [note["note"] for note in (await till.get(path)).json()]
    assert till.mails() == ["A note has been added to your order from Harbour Lane Outfitters"]


async def paid(till: Counter) -> dict[str, Any]:
    return dict((await till.post("/orders", sale())).json())


async def test_a_refund_through_an_unknown_gateway_fails_by_default(till: Counter) -> None:
    made = await paid(till)
    answer = await till.post(f"/orders/{made['id']}/refunds", {"amount": "1.00"})
    assert answer.status_code == 500
    assert answer.json() == {
        "code": "woocommerce_rest_cannot_create_order_refund",
        "message": "The payment gateway for this order does not exist.",
        "data": 500,
    }


async def test_refund_errors_carry_bare_numbers(till: Counter) -> None:
    made = await paid(till)
    much = await till.post(f"/orders/{made['id']}/refunds", {"amount": "500.00", "api_refund": False})
    unknown = await till.post("/orders/9999/refunds", {"amount": "1.00", "api_refund": False})
    assert (much.json()["data"], unknown.status_code, unknown.json()["data"]) == (500, 500, 404)


async def test_a_line_refund_restocks_and_stays_partial(till: Counter) -> None:
    made = await paid(till)
    line = {"id": made["line_items"][0]["id"], "quantity": 1, "refund_total": 5.2}
    line["refund_tax"] = [{"id": 1, "refund_total": 1.2}]
    answer = await till.post(
        f"/orders/{made['id']}/refunds", {"amount": "6.40", "api_refund": False, "line_items": [line]}
    )
    after = (await till.get(f"/orders/{made['id']}")).json()
    assert (answer.status_code, answer.json()["amount"]) == (201, "6.40")
    assert await till.stock("SOAP-1") == 24
    assert (after["status"], after["refunds"][0]["total"]) == ("processing", "-6.40")


async def test_the_whole_amount_back_makes_it_refunded(till: Counter) -> None:
    made = await paid(till)
    await till.post(f"/orders/{made['id']}/refunds", {"amount": "12.80", "api_refund": False})
    assert (await till.get(f"/orders/{made['id']}")).json()["status"] == "refunded"


async def test_a_refund_without_amount_is_empty_and_a_number_is_refused(till: Counter) -> None:
    made = await paid(till)
    empty = await till.post(f"/orders/{made['id']}/refunds", {"api_refund": False})
    number = await till.post(f"/orders/{made['id']}/refunds", {"api_refund": False, "amount": 1.5})
    assert (empty.status_code, empty.json()["amount"], number.status_code) == (201, "", 400)


async def test_an_order_in_another_currency_converts_nothing(till: Counter) -> None:
    body = (await till.post("/orders", sale(currency="GBP"))).json()
    assert (body["currency_symbol"], Decimal(body["total"])) == ("£", Decimal("12.80"))


async def test_a_shop_without_decimals_rounds_everything(till: Counter) -> None:
    till.simulator.shop.settings["woocommerce_price_num_decimals"] = "0"
    body = (await till.post("/orders", sale(line_items=[{"sku": "SOAP-1", "quantity": 1}]))).json()
    assert (body["total"], body["total_tax"]) == ("6", "1")


async def test_a_batch_of_orders_names_the_bad_one(till: Counter) -> None:
    bad = sale("POS-T1-000009", line_items=[{"quantity": 1}])
    good, failed = (await till.post("/orders/batch", {"create": [sale(), bad]})).json()["create"]
    assert (good["total"], failed["id"], failed["error"]["code"]) == (
        "12.80", 0, "woocommerce_rest_required_product_reference",
    )  # fmt: skip
