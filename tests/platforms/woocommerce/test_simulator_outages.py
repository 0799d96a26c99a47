"""The simulator in trouble: every outage answers as WordPress or its web server would."""

from __future__ import annotations

import httpx
import pytest

from .shopping import Counter, sale


@pytest.mark.parametrize(
    ("outage", "status", "code"),
    [
        ("maintenance", 503, "wp_die"),
        ("database_down", 500, "wp_die"),
        ("critical_error", 500, "internal_server_error"),
    ],
)
async def test_wordpress_dies_in_json_or_html_by_accept(till: Counter, outage: str, status: int, code: str) -> None:
    till.simulator.break_once(outage)
    told = await till.get("/products")
    till.simulator.break_once(outage)
    page = await till.client.get("/wp-json/wc/v3/products", headers={"Accept": "*/*"})
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert (page.status_code, page.text[:9]) == (status, "<!DOCTYPE")


async def test_maintenance_says_when_to_come_back(till: Counter) -> None:
    till.simulator.break_once("maintenance")
    assert (await till.get("/products")).headers["Retry-After"] == "600"


@pytest.mark.parametrize(
    ("outage", "status"), [("bad_gateway", 502), ("gateway_timeout", 504), ("too_many_requests", 429)]
)
async def test_the_web_server_answers_html_without_retry_after(till: Counter, outage: str, status: int) -> None:
    till.simulator.break_once(outage)
    answer = await till.get("/products")
    assert (answer.status_code, answer.headers["Content-Type"], "Retry-After" in answer.headers) == (
        status, "text/html", False,
    )  # fmt: skip


async def test_after_a_504_the_order_may_be_there(till: Counter) -> None:
    till.simulator.break_once("gateway_timeout_after_commit", "POST /wp-json/wc/v3/orders")
    answer = await till.post("/orders", sale())
    assert answer.status_code == 504
    assert len((await till.get("/orders", search="POS-T1-000001")).json()) == 1


async def test_an_answer_may_come_too_late(till: Counter) -> None:
    till.simulator.faults.arm("timeout_after_commit", match="POST /wp-json/wc/v3/orders")
    with pytest.raises(httpx.ReadTimeout):
        await till.post("/orders", sale())
    assert [order["reference"] for order in till.simulator.ledger.orders].count("POS-T1-000001") == 1


@pytest.mark.parametrize(
    ("outage", "start"), [("byte_order_mark", b"\xef\xbb\xbf{"), ("php_warning", b"<br />\n<b>Warning")]
)
async def test_stray_text_stands_before_the_json(till: Counter, outage: str, start: bytes) -> None:
    till.simulator.break_once(outage)
    answer = await till.get("/data/currencies/current")
    assert (answer.status_code, answer.content.startswith(start)) == (200, True)


async def test_the_faults_of_the_kit_answer_in_woocommerce_form(till: Counter) -> None:
    till.simulator.faults.arm("storm_429")
    throttled = await till.get("/products")
    till.simulator.faults.arm("error_5xx")
    broken = await till.get("/products")
    assert (throttled.status_code, throttled.headers["Content-Type"]) == (429, "text/html")
    assert (broken.status_code, broken.json()["code"]) == (500, "internal_server_error")


async def test_the_books_show_what_arrived(till: Counter) -> None:
    await till.post("/orders", sale(coupon_lines=[{"code": "HARBOUR10"}]))
    body = (await till.client.get("/__control__/ledger")).json()
    assert body["orders"][-1] | {"id": ""} == {
        "id": "",
        "reference": "POS-T1-000001",
        "total": "11.52",
        "currency": "EUR",
        "paid": True,
        "cancelled": False,
        "refunded": "0.00",
        "code": "harbour10",
        "status": "processing",
    }
    assert body["stock"]["SOAP-1"] == 23
    assert {"code": "GIFT-BBBB-3333-4444", "balance": "10.00"} in body["gift_cards"]


async def test_a_missing_page_is_html(till: Counter) -> None:
    answer = await till.client.get("/no/such/page")
    assert (answer.status_code, answer.text[:15]) == (404, "<!doctype html>")


async def test_switches_can_be_turned_from_outside(till: Counter) -> None:
    answer = await till.client.post("/__control__/switches", json={"hpos": False})
    assert (answer.json()["hpos"], till.simulator.shop.switches.hpos) == (False, False)


async def test_outages_can_be_armed_from_outside(till: Counter) -> None:
    unknown = await till.client.post("/__control__/outages", json={"outage": "earthquake"})
    assert unknown.status_code == 400
    with pytest.raises(ValueError, match="earthquake"):
        till.simulator.break_once("earthquake")
