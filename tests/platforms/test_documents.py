"""The check against the vendors' documents bites, and each deviation's evidence is where it says it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.contracts import findings, held_by
from tests.support.recorder import Sent
from tillbridge.platforms.registry import PlatformServiceRegistry

_BC, _M, _ADMIN, _SHOP, _WC = "/stores/g5cd38", "/rest/V1", "/api/v2/admin", "/api/v2/shop", "/wp-json/wc/v3"
_WIX_ORDER = {"channelInfo": {"type": "POS"}, "priceSummary": {"total": {"amount": "1.00"}}}
_LINE = {"billing_address": {"zip": "26"}, "products": []}


def _xml(name: str, **fields: str) -> str:
    inside = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
    return f'<?xml version="1.0"?><prestashop><{name}>{inside}</{name}></prestashop>'


_CASES: dict[str, list[tuple[str, str, Any, dict[str, str], str]]] = {
    "bigcommerce": [
        ("GET", f"{_BC}/v2/orders", None, {"reference": "X"}, "reference is not a parameter"),
        ("GET", f"{_BC}/v2/orders", None, {"include": "lines"}, "include: lines is none of"),
        ("GET", f"{_BC}/v3/catalog/products", None, {"limit": "251"}, "limit: 251 is more than 250"),
        ("GET", f"{_BC}/v3/inventory/items", None, {"variant_id:in": "TEE-M"}, "TEE-M is not a number"),
        ("PATCH", f"{_BC}/v2/orders/5", {}, {}, "is in no document"),
        ("GET", f"{_BC}/v9/orders", None, {}, "is in no document"),
        ("POST", f"{_BC}/v2/orders", {**_LINE, "billing_address": {"zip": 2611}}, {}, "2611 is not of type"),
        ("POST", f"{_BC}/v2/orders", {**_LINE, "total_inc_tax": 5.0}, {}, "total_inc_tax: 5.0 is not of type"),
        ("POST", f"{_BC}/v2/orders", {**_LINE, "reference": "TB"}, {}, "$.reference is not a field"),
        ("POST", f"{_BC}/v3/customers", [{"email": "ann@example.com", "last_name": "Vos"}], {}, "'first_name' is"),
        ("PUT", f"{_BC}/v3/inventory/adjustments/absolute", {"items": [{"quantity": 3}]}, {}, "is not valid"),
        ("POST", f"{_BC}/v2/gift_certificates", {}, {}, "'amount' is a required property"),
    ],
    "magento": [
        ("GET", f"{_M}/products", None, {"searchCriteria[page]": "1"}, "is not a parameter"),
        ("POST", f"{_M}/orders", {"entity": {"reference": "TB"}}, {}, "$.entity.reference is not a field"),
        ("DELETE", f"{_M}/orders/7", None, {}, "is in no document"),
        ("POST", f"{_M}/customers", {"customer": {"email": 7}}, {}, "7 is not of type 'string'"),
    ],
    "prestashop": [
        ("GET", "/api/orders", None, {"filter[our_reference]": "TB"}, "our_reference is no field"),
        ("GET", "/api/weather", None, {}, "is in no document"),
        ("POST", "/api/customers", _xml("customer", email="a@example.com"), {}, "lastname is required"),
        ("POST", "/api/customers", _xml("customer", mood="good"), {}, "mood is no field"),
    ],
    "shopify": [
        ("POST", "/admin/api/2026-10/graphql.json", {"query": "{ shop { mood } }"}, {}, "Cannot query field 'mood'"),
        ("GET", "/admin/api/2026-10/orders.json", None, {}, "is in no document"),
    ],
    "squarespace": [
        ("GET", "/1.0/commerce/orders", None, {"externalOrderReference": "X"}, "is not a parameter"),
        ("GET", "/1.0/commerce/orders", None, {"modifiedAfter": "2026-11-24T09:00:00Z"}, "both bounds or none"),
        ("GET", "/1.0/commerce/orders", None, {"cursor": "a", "paymentStates": "PAID"}, "a cursor goes alone"),
        ("GET", "/v1/contacts", None, {"pageSize": "1001"}, "pageSize: 1001 is more than 1000"),
        ("GET", "/v1/commerce/discounts", None, {"status": "USED"}, "status: USED is none of"),
        ("POST", "/1.0/commerce/orders/5f3c/cancel", {}, {}, "is in no document"),
        ("POST", "/1.0/commerce/orders", {"channelName": "Till"}, {}, "'lineItems' is a required property"),
        ("POST", "/1.0/commerce/inventory/adjustments", {"setFinite": []}, {}, "$.setFinite is not a field"),
    ],
    "sylius": [
        ("POST", f"{_ADMIN}/orders", {}, {}, "is in no document"),
        ("GET", f"{_ADMIN}/products", None, {"updatedAt[after]": "2026-11-22"}, "is not a parameter"),
        ("PUT", f"{_ADMIN}/product-variants/TEE-M", {"onHand": "many"}, {}, "$.onHand: 'many' is not"),
        ("PUT", f"{_ADMIN}/product-variants/TEE-M", {"barcode": "1"}, {}, "$.barcode is not a field"),
        ("POST", f"{_ADMIN}/customers", {"email": "a@example.com"}, {}, "'gender' is a required property"),
        ("PATCH", f"{_SHOP}/orders/abc/complete", {"note": "TB1"}, {}, "$.note is not a field"),
    ],
    "wix": [
        ("POST", "/ecom/v1/orders", {"order": _WIX_ORDER}, {}, "is required"),
        ("POST", "/ecom/v1/orders/search", {"search": {"filter": {"reference": "TB"}}}, {}, "filterable"),
        ("POST", "/ecom/v1/orders/search", {"search": {"filter": {"status": {"$gt": "A"}}}}, {}, "does not take"),
        ("POST", "/ecom/v1/orders/search", {"query": {}}, {}, "$.query is not a field"),
        ("POST", "/stores/v3/products/query", {"fields": ["EVERYTHING"]}, {}, "'EVERYTHING'"),
        ("POST", "/contacts/v5/contacts", {"contact": {"emails": []}}, {}, "$.contact.emails is not a field"),
        ("PUT", "/ecom/v1/orders/x", {}, {}, "is in no document"),
    ],
    "woocommerce": [
        ("GET", f"{_WC}/orders", None, {"meta_key": "reference"}, "meta_key is not an argument"),
        ("POST", f"{_WC}/orders", {"set_paid": "soon"}, {}, "set_paid: 'soon' is not of type 'boolean'"),
        ("DELETE", f"{_WC}/settings", None, {}, "is in no document"),
        ("POST", f"{_WC}/customers", {"first_name": "Ann"}, {}, "email is missing"),
    ],
}  # fmt: skip
SLUGS = PlatformServiceRegistry().slugs()
_EACH = [(slug, *each) for slug, rows in _CASES.items() for each in rows]


@pytest.mark.parametrize(("platform", "method", "path", "body", "query", "words"), _EACH)
def test_a_request_that_breaks_a_document_is_noticed(
    platform: str, method: str, path: str, body: Any, query: dict[str, str], words: str
) -> None:
    documents = held_by(platform)
    assert documents is not None
    if documents.missing:
        pytest.skip(documents.missing)
    text = body if isinstance(body, str) else ""
    sent = Sent(platform, method, path, tuple(query.items()), None if text else body, text, status=200)
    found = [each for each in findings([sent]) if each.deviation is None]
    assert any(words in each.words for each in found), [str(each) for each in found]


@pytest.mark.parametrize("platform", SLUGS)
def test_every_shipped_platform_names_its_documents(platform: str) -> None:
    documents = held_by(platform)
    assert documents is not None
    assert all(documents.editions.values())


@pytest.mark.parametrize("platform", SLUGS)
def test_the_evidence_of_each_deviation_is_where_it_says(platform: str) -> None:
    documents = held_by(platform)
    assert documents is not None
    if documents.missing:
        pytest.skip(documents.missing)
    faults = [each.evidence.fault(platform) for each in documents.deviations]
    assert not [each for each in faults if each]


def test_what_is_sent_to_be_refused_is_no_excuse_for_what_was_taken() -> None:
    documents = held_by("bigcommerce")
    assert documents is not None
    if documents.missing:
        pytest.skip(documents.missing)

    def excused(status: int) -> set[bool]:
        sent = Sent("bigcommerce", "POST", "/stores/g5cd38/v2/gift_certificates", (), {}, status=status)
        return {each.deviation is not None for each in findings([sent])}

    assert excused(403) == {True}
    assert excused(201) == {False}
