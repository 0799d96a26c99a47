"""Customers, coupons, settings and gift cards of the simulator."""

from __future__ import annotations

import asyncio

import pytest

from .shopping import Counter, sale


async def test_a_customer_is_found_by_exact_mail_whatever_the_case(till: Counter) -> None:
    (row,) = (await till.get("/customers", email="AOIFE.byrne@example.com")).json()
    assert (row["first_name"], row["billing"]["phone"]) == ("Aoife", "+353 91 555 0102")


async def test_search_sees_no_first_name(till: Counter) -> None:
    assert (await till.get("/customers", search="Saoirse Kehoe")).json() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"first_name": "Ann"}, "rest_missing_callback_param"),
        ({"email": "ann@"}, "customer_invalid_email"),
        ({"email": "Aoife.Byrne@example.com"}, "registration-error-email-exists"),
        ({"email": "new@example.com", "username": "aoife.byrne"}, "registration-error-username-exists"),
    ],
)
async def test_customers_that_cannot_be_made(till: Counter, body: dict[str, str], code: str) -> None:
    answer = await till.post("/customers", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_customers_cannot_be_trashed(till: Counter) -> None:
    answer = await till.client.delete("/wp-json/wc/v3/customers/2")
    assert (answer.status_code, answer.json()["code"]) == (501, "woocommerce_rest_trash_not_supported")


async def test_staff_and_guests_are_no_customers(till: Counter) -> None:
    roles = {row["role"] for row in (await till.get("/customers", per_page=100)).json()}
    everybody = (await till.get("/customers", role="all", per_page=100)).json()
    assert (roles, len(everybody)) == ({"customer"}, 8)


async def test_codes_are_lower_case_exact_and_an_empty_one_is_no_filter(till: Counter) -> None:
    (found,) = (await till.get("/coupons", code="HARBOUR10")).json()
    part, everything = (await till.get("/coupons", code="HARB")).json(), (await till.get("/coupons", code="")).json()
    assert (found["code"], found["amount"], part, len(everything)) == ("harbour10", "10.00", [], 7)


async def test_a_coupon_over_a_hundred_percent_is_refused(till: Counter) -> None:
    answer = await till.post("/coupons", {"code": "X", "discount_type": "percent", "amount": "150"})
    assert answer.json()["code"] == "coupon_invalid_amount"


async def test_a_date_alone_means_midnight_at_its_start(till: Counter) -> None:
    till.simulator.shop.settings["timezone"] = "Europe/Athens"
    body = (await till.post("/coupons", {"code": "JAN", "date_expires": "2027-01-31"})).json()
    assert (body["date_expires"], body["date_expires_gmt"]) == ("2027-01-31T00:00:00", "2027-01-30T22:00:00")


async def test_parallel_orders_overuse_a_limited_code(till: Counter) -> None:
    await till.post("/coupons", {"code": "LAST", "discount_type": "fixed_cart", "amount": "1", "usage_limit": 1})
    bodies = [sale(f"POS-T1-{n}", coupon_lines=[{"code": "LAST"}]) for n in range(4)]
    answers = await asyncio.gather(*(till.post("/orders", body) for body in bodies))
    (used,) = (await till.get("/coupons", code="LAST")).json()
    assert ([answer.status_code for answer in answers], used["usage_count"]) == ([201] * 4, 4)


async def test_two_codes_pass_although_one_is_for_itself(till: Counter) -> None:
    await till.post("/coupons", {"code": "ALONE", "discount_type": "fixed_cart", "amount": "1", "individual_use": True})
    answer = await till.post("/orders", sale(coupon_lines=[{"code": "HARBOUR10"}, {"code": "ALONE"}]))
    assert (answer.status_code, len(answer.json()["coupon_lines"])) == (201, 2)


async def test_use_is_booked_on_the_account_or_the_mail_address(till: Counter) -> None:
    code = [{"code": "HARBOUR10"}]
    await till.post("/orders", sale("A", coupon_lines=code, customer_id=2))
    await till.post("/orders", sale("B", coupon_lines=code, billing={"email": "ann@example.com"}))
    (row,) = (await till.get("/coupons", code="harbour10")).json()
    assert (row["usage_count"], row["used_by"]) == (2, ["2", "ann@example.com"])


async def test_settings_tell_currency_and_tax_mode(till: Counter) -> None:
    currency = (await till.get("/data/currencies/current")).json()
    mode = (await till.get("/settings/tax/woocommerce_prices_include_tax")).json()
    unknown = await till.get("/settings/tax/woocommerce_no_such")
    assert (currency["code"], currency["symbol"], mode["value"]) == ("EUR", "&euro;", "yes")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "rest_setting_setting_invalid")


CARDS = "/wp-json/wc-pimwick/v1/pw-gift-cards"


async def test_a_balance_is_found_by_number_and_inactive_cards_are_not(till: Counter) -> None:
    (card,) = (await till.client.get(CARDS, params={"number": "GIFT-AAAA-1111-2222"})).json()
    inactive = (await till.client.get(CARDS, params={"number": "GIFT-CCCC-5555-6666"})).json()
    assert (card["balance"], card["active"], inactive) == ("50.00", "1", [])


async def test_a_debit_is_logged_with_its_note_and_never_checked(till: Counter) -> None:
    answer = (await till.client.put(f"{CARDS}/2", json={"amount": -12.5, "note": "POS-T1-000001"})).json()
    assert answer["gift_card"]["balance"] == "-2.50"
    assert (answer["activity"][0]["amount"], answer["activity"][0]["note"]) == ("-12.50", "POS-T1-000001")


async def test_card_errors_are_500_with_a_numbered_code(till: Counter) -> None:
    missing = await till.client.put(f"{CARDS}/999", json={"amount": -1})
    below = await till.client.put(f"{CARDS}/1", json={"balance": -1})
    twice = await till.client.post(CARDS, json={"number": "GIFT-AAAA-1111-2222", "amount": 5})
    assert [(one.status_code, one.json()["code"]) for one in (missing, below, twice)] == [
        (500, "001"), (500, "004"), (500, "003"),
    ]  # fmt: skip


async def test_without_the_plugin_there_is_no_route(till: Counter) -> None:
    till.simulator.shop.switches.gift_cards = False
    answer = await till.client.get(CARDS, params={"number": "GIFT-AAAA-1111-2222"})
    index = (await till.client.get("/wp-json/")).json()
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")
    assert "wc-pimwick/v1" not in index["namespaces"]
    assert (await till.get("/gift-cards")).status_code == 404
