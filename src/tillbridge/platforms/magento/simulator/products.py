"""Products: rows of their own for frames and variants, create-or-update by SKU, attributes with their options."""

from __future__ import annotations

import re
from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .rest import Call, Fault, Route, Row, check_known, check_numbers, dec, route
from .search import listing
from .state import custom, set_custom

if TYPE_CHECKING:
    from .state import Shop

_PRODUCTS, _ATTRIBUTES = "Magento_Catalog::products", "Magento_Catalog::attributes_attributes"
_GONE = "The product that was requested doesn't exist. Verify the product and try again."
_KNOWN = frozenset(
    [
        "id",
        "sku",
        "name",
        "attribute_set_id",
        "price",
        "status",
        "visibility",
        "type_id",
        "created_at",
        "updated_at",
        "weight",
        "extension_attributes",
        "product_links",
        "options",
        "media_gallery_entries",
        "tier_prices",
        "custom_attributes",
    ]
)
_COLUMNS = _KNOWN | {"entity_id"}
_UNTOLD = ("extension_attributes", "options")
_STOCK_DEFAULTS: Row = {
    "is_qty_decimal": False,
    "show_default_notification_message": False,
    "use_config_min_qty": True,
    "min_qty": 0,
    "use_config_min_sale_qty": 1,
    "min_sale_qty": 1,
    "use_config_max_sale_qty": True,
    "max_sale_qty": 10000,
    "use_config_backorders": True,
    "backorders": 0,
    "use_config_notify_stock_qty": True,
    "notify_stock_qty": 1,
    "use_config_qty_increments": True,
    "qty_increments": 0,
    "use_config_enable_qty_inc": True,
    "enable_qty_increments": False,
    "use_config_manage_stock": True,
    "manage_stock": True,
    "low_stock_date": None,
    "is_decimal_divided": False,
    "stock_status_changed_auto": 0,
}


def stock_item(shop: Shop, row: Row) -> Row:
    """The legacy stock item: only the default source counts in it."""
    kept = shop.source_items.get((row["sku"], "default"))
    quantity = kept["quantity"] if kept else (0 if row["type_id"] == "configurable" else None)
    told = {"item_id": row["id"], "product_id": row["id"], "stock_id": 1, "qty": quantity}
    in_stock = bool(kept and kept["status"]) or row["type_id"] == "configurable"
    return told | {"is_in_stock": in_stock} | _STOCK_DEFAULTS


def whole(shop: Shop, row: Row) -> Row:
    """A product as its own address shows it."""
    more = row.get("extension_attributes") or {}
    ordered = {name: more[name] for name in ("website_ids", "category_links") if name in more}
    rest = {name: value for name, value in more.items() if name not in ordered and name != "stock_item"}
    return row | {"extension_attributes": ordered | {"stock_item": stock_item(shop, row)} | rest}


def _value(shop: Shop) -> Any:
    known = {each["attribute_code"] for each in shop.attributes}

    def read(row: Row, name: str) -> Any:
        if name == "entity_id":
            return row["id"]
        if name in _COLUMNS:
            return row.get(name)
        found = custom(row, name)
        if found is None and name not in known:
            raise Fault(400, 'The "%1" attribute name is invalid. Reset the name and try again.', [name])
        return found

    return read


def get_list(shop: Shop, call: Call) -> Row:
    """GET /products: frames and variants side by side."""
    switches = shop.switches
    rows = list(shop.products.values())
    return listing(
        call, rows, _value(shop), view=_listed, repeats=switches.repeats_last_page, limited=switches.limits_pages
    )  # fmt: skip


def _listed(row: Row) -> Row:
    """A product as lists show it, without its stock."""
    more = {name: value for name, value in row["extension_attributes"].items() if name != "stock_item"}
    return row | {"extension_attributes": more}


def _found(shop: Shop, sku: str) -> Row:
    row = shop.product(sku)
    if row is None:
        raise Fault(404, _GONE)
    return row


def get(shop: Shop, call: Call) -> Row:
    """GET /products/{sku}."""
    return whole(shop, _found(shop, call.params["sku"]))


def children(shop: Shop, call: Call) -> list[Row]:
    """GET /configurable-products/{sku}/children: whole products, no pages."""
    links = (_found(shop, call.params["sku"]).get("extension_attributes") or {}).get("configurable_product_links") or ()
    rows = [shop.products[each] for each in links]
    return [{name: value for name, value in row.items() if name not in _UNTOLD} for row in rows]


def options(shop: Shop, call: Call) -> list[Row]:
    """GET /configurable-products/{sku}/options/all."""
    more = _found(shop, call.params["sku"]).get("extension_attributes") or {}
    return list(more.get("configurable_product_options") or [])


def media(shop: Shop, call: Call) -> list[Row]:
    """GET /products/{sku}/media, with the pictures themselves."""
    entries = _found(shop, call.params["sku"]).get("media_gallery_entries") or []
    content = {"base64_encoded_data": "iVBORw0KGgo=", "type": "image/png"}
    return [row | {"content": content | {"name": row["file"].rpartition("/")[2]}} for row in entries]


def save(shop: Shop, call: Call) -> Row:
    """POST /products and PUT /products/{sku}: made when the SKU is new, else the given fields are laid over."""
    given: Row = call.part("product")
    check_known(given, _KNOWN)
    check_numbers(given, ("price", "weight"))
    sku = str(call.params.get("sku") or given.get("sku") or "")
    if dec(given.get("price")) < 0:
        raise Fault(400, "Please enter a number 0 or greater in this field.")
    row = shop.product(sku)
    if row is None:
        return _echo(shop, _made(shop, sku, given))
    _lay_over(shop, row, given)
    row["updated_at"] = shop.stamp()
    return _echo(shop, row)


def _echo(shop: Shop, row: Row) -> Row:
    """What a save answers: without lists that were not loaded."""
    unloaded = ("product_links", "tier_prices")
    return {name: value for name, value in whole(shop, row).items() if name not in unloaded}


def _made(shop: Shop, sku: str, given: Row) -> Row:
    if not given.get("attribute_set_id") or not given.get("name"):
        raise Fault(400, "Invalid product data: %1", ["Invalid attribute set entity type"])
    key = re.sub(r"[^a-z0-9]+", "-", str(given["name"]).lower()).strip("-")
    wanted = next(
        (each["value"] for each in given.get("custom_attributes") or () if each["attribute_code"] == "url_key"), key
    )
    if any(custom(each, "url_key") == wanted for each in shop.products.values()):
        raise Fault(400, "URL key for specified store already exists.")
    number = shop.next_id("product")
    row: Row = {
        "id": number,
        "sku": sku,
        "name": given["name"],
        "attribute_set_id": given["attribute_set_id"],
        "price": given.get("price", 0),
        "status": given.get("status", 1),
        "visibility": given.get("visibility", 4),
        "type_id": given.get("type_id", "simple"),
        "created_at": shop.stamp(),
        "updated_at": shop.stamp(),
    }
    row |= {"weight": given["weight"]} if "weight" in given else {}
    row |= {"extension_attributes": {"website_ids": [1]}, "product_links": [], "options": []}
    row |= {"media_gallery_entries": [], "tier_prices": [], "custom_attributes": []}
    for code, value in (
        ("options_container", "container2"), ("url_key", wanted), ("msrp_display_actual_price_type", "0"),
        ("required_options", "0"), ("has_options", "0"), ("tax_class_id", "2"), ("category_ids", []),
    ):  # fmt: skip
        set_custom(row, code, value)
    shop.products[number] = row
    _lay_over(shop, row, given)
    return row


def _lay_over(shop: Shop, row: Row, given: Row) -> None:
    for name in ("name", "price", "status", "visibility", "weight", "attribute_set_id"):
        if name in given:
            row[name] = given[name]
    for each in given.get("custom_attributes") or ():
        set_custom(row, each["attribute_code"], each["value"])
    told = (given.get("extension_attributes") or {}).get("stock_item")
    if told:
        status = 1 if told.get("is_in_stock") else 0
        shop.source_items[row["sku"], "default"] = {
            "sku": row["sku"], "source_code": "default", "quantity": told.get("qty", Decimal(0)), "status": status,
        }  # fmt: skip


def delete(shop: Shop, call: Call) -> bool:
    """DELETE /products/{sku}."""
    del shop.products[_found(shop, call.params["sku"])["id"]]
    return True


def base_prices(shop: Shop, call: Call) -> list[Row]:
    """POST /products/base-prices: many at once; on this line a change that no date tells."""
    for each in call.part("prices"):
        row = shop.product(str(each["sku"]))
        if row is not None:
            row["price"] = each["price"]
    return []


def _attribute(shop: Shop, call: Call) -> Row:
    wanted = call.params["code"]
    for row in shop.attributes:
        if wanted in (row["attribute_code"], str(row["attribute_id"])):
            return row
    told = {"fieldName": "attribute_code", "fieldValue": wanted}
    raise Fault(
        404, 'The attribute with a "%1" attributeCode doesn\'t exist. Verify the attribute and try again.', told
    )


def attribute(shop: Shop, call: Call) -> Row:
    """GET /products/attributes/{code or id}."""
    return deepcopy(_attribute(shop, call))


def attribute_options(shop: Shop, call: Call) -> list[Row]:
    """GET /products/attributes/{code}/options."""
    return list(_attribute(shop, call)["options"])


ROUTES: tuple[Route, ...] = (
    route("GET", "/products", _PRODUCTS, get_list),
    route("POST", "/products", _PRODUCTS, save),
    route("POST", "/products/base-prices", _PRODUCTS, base_prices),
    route("GET", "/products/attributes/{code}", _ATTRIBUTES, attribute),
    route("GET", "/products/attributes/{code}/options", _ATTRIBUTES, attribute_options),
    route("GET", "/products/{sku}", _PRODUCTS, get),
    route("PUT", "/products/{sku}", _PRODUCTS, save),
    route("DELETE", "/products/{sku}", _PRODUCTS, delete),
    route("GET", "/products/{sku}/media", _PRODUCTS, media),
    route("GET", "/configurable-products/{sku}/children", _PRODUCTS, children),
    route("GET", "/configurable-products/{sku}/options/all", _PRODUCTS, options),
)
