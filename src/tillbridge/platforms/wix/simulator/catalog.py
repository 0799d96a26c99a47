"""Catalog V3: products without their variants, the index of variants that may be behind, one product whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from starlette.responses import Response

from .querying import ANY, SOME, Declared, page
from .speech import Call, Refusal, Row, answer, invalid, iso, money, without_empties
from .state import Site

_PRODUCTS = Declared(
    {"id": ANY, "handle": ANY, "options.id": SOME, "createdDate": ANY, "updatedDate": ANY, "slug": ANY, "visible": ANY},
    frozenset({"createdDate", "updatedDate", "slug", "visible"}),
)
_QUERY = Declared(
    {"id": ANY, "productData.productId": ANY, "variantId": ANY},
    frozenset({"id", "productData.productId", "variantId"}),
    most=1000,
    order=("variantId", False),
)
_SEARCH = Declared(
    {
        **dict.fromkeys(("id", "sku", "barcode", "variantId", "visible", "productData.updatedDate"), ANY),
        **dict.fromkeys(("productData.productId", "productData.name", "productData.visible"), ANY),
    },
    frozenset({"sku", "barcode", "productData.updatedDate", "variantId"}),
    most=1000,
    order=("variantId", False),
)
_ASKED_FOR = {
    "CURRENCY": "currency",
    "PLAIN_DESCRIPTION": "plainDescription",
    "WEIGHT_MEASUREMENT_UNIT_INFO": "weightMeasurementUnitInfo",
}


def product_view(site: Site, row: Row, fields: set[str], *, whole: bool) -> Row:
    """A product; what ``fields`` do not ask for is not told, and variants only of a single one."""
    view: Row = {
        "id": row["id"], "revision": str(row["revision"]), "createdDate": iso(row["created"]),
        "updatedDate": iso(row["updated"]), "name": row["name"], "slug": row["slug"], "handle": row["slug"],
        "visible": row["visible"], "visibleInPos": True, "productType": "PHYSICAL", "brand": row["brand"],
        "options": row["options"], "media": {"main": row["images"][0]}, "currency": "EUR",
        "plainDescription": row["description"], "weightMeasurementUnitInfo": {"weightMeasurementUnit": "KG"},
        "inventory": {"availabilityStatus": "IN_STOCK"},
    }  # fmt: skip
    for name, key in _ASKED_FOR.items():
        if name not in fields:
            del view[key]
    if "MEDIA_ITEMS_INFO" in fields:
        view["media"] = view["media"] | {"itemsInfo": {"items": row["images"]}}
    if whole:
        named = "VARIANT_OPTION_CHOICE_NAMES" in fields
        view["variantsInfo"] = {"variants": [_own_variant(each, named) for each in row["variants"]]}
    return view


def _own_variant(row: Row, named: bool) -> Row:
    choices = [each if named else {"optionChoiceIds": each["optionChoiceIds"]} for each in row["choices"]]
    return _sellable(row) | {"id": row["id"], "choices": choices}


def _sellable(row: Row) -> Row:
    before: Decimal | None = row["before"]
    prices = {"actualPrice": money(row["price"])} | ({"compareAtPrice": money(before)} if before else {})
    return {
        "visible": True, "sku": row["sku"], "barcode": row["barcode"], "price": prices, "media": row["media"],
        "physicalProperties": {"weight": 0.25}, "inventoryStatus": {"inStock": True, "preorderEnabled": False},
    }  # fmt: skip


def list_products(site: Site, call: Call) -> Response:
    """POST /stores/v3/products/query."""
    fields = set(call.body.get("fields") or ())
    views = [product_view(site, row, fields, whole=False) for row in site.products.values()]
    rows, meta = page(call.body, "query", views, _PRODUCTS)
    return answer({"products": rows, "pagingMetadata": meta})


def get_product(site: Site, call: Call) -> Response:
    """GET /stores/v3/products/{id}, which is never behind."""
    row = site.products.get(call.ids[0])
    if row is None:
        raise Refusal(404, "product not found", code="PRODUCT_NOT_FOUND")
    fields = {*_ASKED_FOR, "MEDIA_ITEMS_INFO", "VARIANT_OPTION_CHOICE_NAMES"}
    return answer({"product": product_view(site, row, fields, whole=True)})


def edit_product(site: Site, call: Call) -> Response:
    """PATCH one under its revision; only names and prices, which is all lessons change."""
    row, given = site.products.get(call.ids[0]), call.record("product")
    if row is None:
        raise Refusal(404, "product not found", code="PRODUCT_NOT_FOUND")
    if str(given.get("revision")) != str(row["revision"]):
        raise Refusal(409, "the revision is not the current one")
    skus = [each.get("sku") for each in (given.get("variantsInfo") or {}).get("variants") or ()]
    others = {each["sku"] for other in site.products.values() if other is not row for each in other["variants"]}
    if taken := next((sku for sku in skus if sku in others), None):
        raise Refusal(409, f"SKU {taken} exists already", code="SKU_ALREADY_EXIST_ERROR")
    edit(site, row, given)
    return answer({"product": product_view(site, row, set(), whole=True)})


def edit(site: Site, row: Row, given: Mapping[str, object]) -> None:
    """Change a product; the index of variants follows after its lag."""
    if site.switches.variants_lag:
        row["indexed"] = {"until": site.now() + timedelta(seconds=site.switches.variants_lag), "rows": index(row)}
    row["name"] = given.get("name", row["name"])
    info = given.get("variantsInfo")
    for told in (info.get("variants") or ()) if isinstance(info, dict) else ():
        found = next((each for each in row["variants"] if each["id"] == told.get("id")), None)
        if found is None:
            raise invalid("product.variantsInfo.variants", "names a variant that is not there")
        if "price" in told:
            found["price"] = Decimal(told["price"]["actualPrice"]["amount"])
        found["sku"] = told.get("sku", found["sku"])
    site.touch(row)
    site.happened("wix.stores.catalog.v3.product_updated", "updated", row["id"], {"id": row["id"], "name": row["name"]})


def index(row: Row) -> list[Row]:
    """The rows of the index for a product as it is now."""
    owner = {
        "productId": row["id"], "name": row["name"], "revision": str(row["revision"]), "visible": row["visible"],
        "productType": "PHYSICAL", "updatedDate": iso(row["updated"]),
    }  # fmt: skip
    return [
        _sellable(each)
        | {"id": f"{row['id'][:18]}{each['id'][18:]}", "variantId": each["id"], "productData": owner}
        | {"optionChoices": each["choices"]}
        for each in row["variants"]
    ]


def _indexed(site: Site) -> list[Row]:
    found: list[Row] = []
    for row in site.products.values():
        behind = row.get("indexed")
        found += behind["rows"] if behind and behind["until"] > site.now() else index(row)
    return [without_empties(each) for each in found]


def query_variants(site: Site, call: Call) -> Response:
    """POST /stores/v3/products/query-variants."""
    rows, meta = page(call.body, "query", _indexed(site), _QUERY)
    return answer({"variants": [_told(row) for row in rows], "pagingMetadata": meta})


def search_variants(site: Site, call: Call) -> Response:
    """POST /stores/v3/products/search-variants."""
    rows, meta = page(call.body, "search", _indexed(site), _SEARCH)
    return answer({"variants": [_told(row) for row in rows], "pagingMetadata": meta})


def _told(row: Row) -> Row:
    """The index can be asked by the product's date, and does not tell it."""
    owner = {name: value for name, value in row["productData"].items() if name != "updatedDate"}
    return row | {"productData": owner}
