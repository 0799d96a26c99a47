"""The simulator's lists: the search grammar, pages past the end, trimmed answers, bulk calls and outages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.magento.shopping import V1, Counter, counter


def where(field: str, value: str, condition: str = "eq", group: int = 0, place: int = 0) -> dict[str, str]:
    head = f"searchCriteria[filter_groups][{group}][filters][{place}]"
    return {f"{head}[field]": field, f"{head}[value]": value, f"{head}[condition_type]": condition}


async def _skus(at: Counter, **query: Any) -> list[str]:
    body = await at.get("/products", **{"searchCriteria": "", **query})
    return [row["sku"] for row in body["items"]]


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        (where("sku", "TEE-%", "like"), ["TEE-S", "TEE-M", "TEE-L"]),
        (where("sku", "tee-s,MUG-RED,none", "in"), ["TEE-S", "MUG-RED"]),
        (where("type_id", "configurable") | where("sku", "MUG", group=1), ["MUG"]),
        (where("sku", "MUG") | where("sku", "TEE", place=1), ["TEE", "MUG"]),
        (where("price", "30", "gteq") | where("type_id", "simple", group=1), ["LAST-1", "BOOK-1"]),
        (where("ean", "4006381333948"), ["TEE-M"]),
        (where("ean", "", "notnull") | where("sku", "MUG%", "like", group=1), ["MUG-BLU", "MUG-RED"]),
        (where("updated_at", "2026-09-01 08:00:00", "gt"), []),
        (where("sku", "TEE", "resembles"), []),
    ],
)
async def test_groups_mean_and_and_filters_of_one_group_or(query: dict[str, str], skus: list[str]) -> None:
    async with counter() as at:
        assert await _skus(at, **query) == skus


async def test_camel_case_is_understood_and_criteria_are_asked_for() -> None:
    async with counter() as at:
        query = {"searchCriteria[pageSize]": "2", "searchCriteria[sortOrders][0][field]": "entity_id"}
        query |= {"searchCriteria[sortOrders][0][direction]": "DESC", "searchCriteria[currentPage]": "1"}
        body = await at.get("/products", **query)
        assert [row["id"] for row in body["items"]] == [13, 12]
        assert body["search_criteria"]["sort_orders"] == [{"field": "entity_id", "direction": "DESC"}]
        bare = await at.client.get(f"{V1}/products")
        assert (bare.status_code, bare.json()["parameters"]) == (400, {"fieldName": "searchCriteria"})


async def test_past_the_end_comes_nothing_or_for_ever_the_last_page() -> None:
    async with counter() as at:
        query = {"searchCriteria[pageSize]": "10", "searchCriteria[currentPage]": "5"}
        assert await _skus(at, **query) == []
        at.simulator.shop.switches.repeats_last_page = True
        assert len(await _skus(at, **query)) == 3


async def test_page_limits_give_twenty_unasked_and_refuse_more_than_three_hundred() -> None:
    async with counter() as at:
        at.simulator.shop.switches.limits_pages = True
        answer = await at.client.get(f"{V1}/products", params={"searchCriteria[pageSize]": "301"})
        assert (answer.status_code, answer.json()["message"]) == (400, "Maximum SearchCriteria pageSize is 300")


async def test_fields_cut_the_answer_and_turn_an_empty_list_into_null() -> None:
    async with counter() as at:
        query = where("sku", "TEE")
        body = await at.get("/products", **query, fields="items[sku,extension_attributes[configurable_product_links]]")
        assert body == {"items": [{"sku": "TEE", "extension_attributes": {"configurable_product_links": [1, 2, 3]}}]}
        none = await at.get("/products", **where("sku", "none"), fields="items[sku],total_count")
        assert none == {"items": None, "total_count": 0}


async def test_a_frame_and_its_variants_are_rows_of_their_own_with_ids_for_values() -> None:
    async with counter() as at:
        frame = await at.get("/products/TEE")
        option = frame["extension_attributes"]["configurable_product_options"][0]
        children = await at.get("/configurable-products/TEE/children")
        assert [row["sku"] for row in children] == ["TEE-S", "TEE-M", "TEE-L"]
        labels = {row["value"]: row["label"] for row in await at.get("/products/attributes/size/options")}
        assert [labels[str(each["value_index"])] for each in option["values"]] == ["S", "M", "L"]
        by_id = await at.get(f"/products/attributes/{option['attribute_id']}")
        assert by_id["attribute_code"] == "size"


async def test_a_change_of_stock_or_of_base_prices_moves_no_date() -> None:
    async with counter() as at:
        at.clock.advance(60)
        items = {"sourceItems": [{"sku": "TEE-M", "source_code": "default", "quantity": 3, "status": 1}]}
        assert await at.post("/inventory/source-items", items) == []
        prices = {"prices": [{"price": 9.5, "store_id": 0, "sku": "TEE-M"}]}
        assert await at.post("/products/base-prices", prices) == []
        row = await at.get("/products/TEE-M")
        assert (row["price"], row["updated_at"]) == (9.5, "2026-09-01 08:00:00")
        assert row["extension_attributes"]["stock_item"]["qty"] == 3


async def test_a_bulk_is_accepted_at_once_and_carried_out_later() -> None:
    async with counter() as at:
        bodies = [{"product": {"sku": "SOAP-1", "price": 7}}, {"product": {"sku": "NEW", "price": 1}}]
        answer = await at.client.post("/rest/async/bulk/V1/products", json=bodies)
        uuid = answer.json()["bulk_uuid"]
        assert answer.status_code == 202

        async def states() -> list[int]:
            body = await at.get(f"/bulk/{uuid}/status")
            return [row["status"] for row in body["operations_list"]]

        assert await states() == [4, 4]
        at.clock.advance(61)
        assert await states() == [1, 3]
        assert (await at.get("/products/SOAP-1"))["price"] == 7


async def test_maintenance_is_a_page_for_everybody_and_a_crash_has_a_report() -> None:
    async with counter() as at:
        at.simulator.shop.switches.maintenance = True
        page = await at.client.get(f"{V1}/store/storeViews")
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        at.simulator.shop.switches.maintenance = False
        at.simulator.faults.arm("error_5xx")
        crash = await at.client.get(f"{V1}/store/storeViews")
        assert (crash.status_code, "Report ID" in crash.json()["message"]) == (500, True)
        assert (await at.client.get(f"{V1}/inventory/get-product-salable-quantity/NONE/1")).status_code == 500


async def test_switches_and_the_queue_are_reached_through_the_control_door() -> None:
    async with counter() as at:
        told = (await at.client.post("/__control__/switches", json={"two_factor": True})).json()
        assert told["two_factor"] is True
        assert (await at.client.post("/__control__/switches", json={"nonsense": True})).status_code == 400
        assert (await at.client.post("/__control__/queue")).json() == {"waiting": 0}
