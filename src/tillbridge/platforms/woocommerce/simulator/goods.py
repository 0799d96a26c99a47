"""Writing products and variations: setters, uniqueness of skus and barcodes, stock rules."""

from __future__ import annotations

import asyncio
import re
from copy import deepcopy
from decimal import Decimal

from .dates import to_gmt
from .goods_view import image_src, variations_of
from .php import format_decimal, json_number, number
from .state import Shop
from .webhooks import happened
from .wordpress import Call, RestError, Row, truth

BLANK: Row = {
    "name": "Product",
    "slug": "",
    "type": "simple",
    "status": "publish",
    "featured": False,
    "catalog_visibility": "visible",
    "description": "",
    "short_description": "",
    "sku": "",
    "global_unique_id": "",
    "regular_price": "",
    "sale_price": "",
    "date_on_sale_from_gmt": None,
    "date_on_sale_to_gmt": None,
    "total_sales": 0,
    "virtual": False,
    "downloadable": False,
    "downloads": [],
    "download_limit": -1,
    "download_expiry": -1,
    "external_url": "",
    "button_text": "",
    "tax_status": "taxable",
    "tax_class": "",
    "manage_stock": False,
    "stock_quantity": None,
    "stock_status": "instock",
    "backorders": "no",
    "low_stock_amount": None,
    "sold_individually": False,
    "weight": "",
    "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_class": "",
    "shipping_class_id": 0,
    "reviews_allowed": True,
    "average_rating": "0.00",
    "rating_count": 0,
    "upsell_ids": [],
    "cross_sell_ids": [],
    "parent_id": 0,
    "purchase_note": "",
    "categories": [],
    "brands": [],
    "tags": [],
    "images": [],
    "attributes": [],
    "default_attributes": [],
    "grouped_products": [],
    "menu_order": 0,
    "post_password": "",
    "meta_data": [],
}
_TEXTS = [
    "name",
    "slug",
    "type",
    "status",
    "catalog_visibility",
    "description",
    "short_description",
    "tax_status",
    "backorders",
    "weight",
    "shipping_class",
    "purchase_note",
    "external_url",
    "button_text",
    "post_password",
]
_FLAGS = ["featured", "virtual", "downloadable", "sold_individually", "reviews_allowed"]
_NUMBERS = ["download_limit", "download_expiry", "menu_order", "parent_id", "low_stock_amount"]
_LISTS = ["upsell_ids", "cross_sell_ids", "grouped_products", "default_attributes", "downloads"]


def blank(shop: Shop, kind: str, moment: str) -> Row:
    """A new row with WooCommerce's defaults."""
    row = deepcopy(BLANK) | {"id": next(shop.ids.posts), "type": kind}
    return row | {"date_created_gmt": moment, "date_created": shop.local(moment), **_touch(shop, moment)}


def _touch(shop: Shop, moment: str) -> Row:
    return {"date_modified_gmt": moment, "date_modified": shop.local(moment)}


def touch(shop: Shop, row: Row) -> None:
    """Move the modified date of a row, and of its product when it is a variation; tell the webhooks."""
    moment = shop.stamp()
    row |= _touch(shop, moment)
    happened(shop, "product", "updated", row["id"])
    if row["type"] == "variation":
        shop.products[row["parent_id"]] |= _touch(shop, moment)


def by_sku(shop: Shop, sku: str) -> Row | None:
    """The product or variation with a sku; the trash does not count."""
    rows = (row for row in shop.products.values() if row["status"] != "trash")
    return next((row for row in rows if row["sku"] and row["sku"] == sku), None)


def _check_codes(shop: Shop, row: Row, body: Row) -> None:
    sku, barcode = body.get("sku"), body.get("global_unique_id")
    other = by_sku(shop, str(sku)) if sku else None
    if other and other["id"] != row["id"]:
        data = {"status": 400, "resource_id": other["id"], "unique_sku": _free_sku(shop, str(sku))}
        raise RestError("product_invalid_sku", "Invalid or duplicated SKU.", 400, data)
    twins = [one for one in shop.products.values() if barcode and one["global_unique_id"] == barcode]
    if twins and twins[0]["id"] != row["id"]:
        data = {"status": 400, "resource_id": twins[0]["id"]}
        words = "Invalid or duplicated GTIN, UPC, EAN or ISBN."
        raise RestError("product_invalid_global_unique_id", words, 400, data)


def _free_sku(shop: Shop, sku: str) -> str:
    tail = 1
    while by_sku(shop, f"{sku}-{tail}"):
        tail += 1
    return f"{sku}-{tail}"


def _price(value: object) -> str:
    return "" if value in (None, "") else format_decimal(str(value))


def apply(shop: Shop, row: Row, body: Row) -> None:
    """Take over everything but the stock quantity from a request body."""
    _check_codes(shop, row, body)
    for name in _TEXTS:
        if body.get(name) is not None:
            row[name] = str(body[name])
    for name in _FLAGS:
        if body.get(name) is not None:
            row[name] = truth(body[name])
    for name in _NUMBERS:
        if body.get(name) is not None:
            row[name] = int(body[name])
    for name in _LISTS:
        if body.get(name) is not None:
            row[name] = body[name]
    _apply_codes(shop, row, body)
    _apply_groups(shop, row, body)
    shop.put_meta(row["meta_data"], body.get("meta_data"))
    if body.get("dimensions"):
        row["dimensions"] = row["dimensions"] | body["dimensions"]


def _apply_codes(shop: Shop, row: Row, body: Row) -> None:
    for name in ("regular_price", "sale_price"):
        if name in body and row["type"] != "variable":
            row[name] = _price(body[name])
    if body.get("sku") is not None:
        row["sku"] = str(body["sku"])
    if body.get("global_unique_id") is not None:
        row["global_unique_id"] = re.sub(r"[^0-9-]", "", str(body["global_unique_id"]))
    if body.get("tax_class") is not None:
        known = {one["slug"] for one in shop.tax_classes} - {"standard"}
        row["tax_class"] = body["tax_class"] if body["tax_class"] in known else ""
    for name in ("date_on_sale_from", "date_on_sale_to"):
        if f"{name}_gmt" in body:
            row[f"{name}_gmt"] = to_gmt(body[f"{name}_gmt"], "UTC")
        elif name in body:
            row[f"{name}_gmt"] = to_gmt(body[name], shop.zone)


def _apply_groups(shop: Shop, row: Row, body: Row) -> None:
    for name in ("categories", "tags", "brands"):
        if body.get(name) is not None:
            known = shop.terms.get(name, {})
            wanted = [known[int(one["id"])] for one in body[name] if int(one.get("id") or 0) in known]
            row[name] = [{"id": one["id"], "name": one["name"], "slug": one["slug"]} for one in wanted]
    if body.get("attributes") is not None:
        row["attributes"] = [_attribute(shop, row, one) for one in body["attributes"]]
    pictures = [body["image"]] if body.get("image") else body.get("images")
    if pictures is not None:
        row["images"] = [_picture(shop, one) for one in pictures]


def _attribute(shop: Shop, row: Row, posted: Row) -> Row:
    known = shop.attributes.get(int(posted.get("id") or 0), {})
    view: Row = {"id": known.get("id", 0), "name": known.get("name") or posted.get("name", "")}
    view["slug"] = known.get("slug") or view["name"]
    if row["type"] == "variation":
        return view | {"option": posted.get("option", "")}
    view |= {"position": int(posted.get("position") or 0), "visible": truth(posted.get("visible"))}
    return view | {"variation": truth(posted.get("variation")), "options": posted.get("options") or []}


def _picture(shop: Shop, posted: Row) -> Row:
    src = str(posted.get("src") or "")
    if src in shop.lost_pictures:
        words = f"Error getting remote image {src}. Error: Not Found"
        raise RestError("woocommerce_product_image_upload_error", words, 400)
    name = src.rpartition("/")[2]
    picture = {"id": int(posted.get("id") or 0) or next(shop.ids.posts), "src": name}
    picture |= {"name": posted.get("name") or name, "alt": posted.get("alt") or "", "date_gmt": shop.stamp()}
    return picture


async def apply_stock(shop: Shop, row: Row, body: Row) -> None:
    """The stock rules: a quantity counts only while stock is kept, a delta is read, then written."""
    if body.get("manage_stock") is not None and body["manage_stock"] != "parent":
        row["manage_stock"] = truth(body["manage_stock"])
        if row["manage_stock"] is False:
            row["stock_quantity"] = None
        elif row["stock_quantity"] is None:
            row["stock_quantity"] = 0
    if row["manage_stock"] is not True:
        if body.get("stock_status") is not None:
            row["stock_status"] = body["stock_status"]
        return
    if "stock_quantity" in body:
        row["stock_quantity"] = json_number(number(body["stock_quantity"] or 0))
    elif body.get("inventory_delta") is not None:
        read = row["stock_quantity"] or 0
        await asyncio.sleep(0)
        row["stock_quantity"] = read + int(body["inventory_delta"])


def move_stock(shop: Shop, row: Row, change: Decimal) -> tuple[int, int]:
    """An order's atomic stock change on the stock-owning row: (before, after). Mails the merchant when low."""
    before = int(row["stock_quantity"] or 0)
    after = before + int(change)
    row["stock_quantity"] = after
    if row["type"] != "variation":
        moment = shop.stamp()
        row |= _touch(shop, moment)
        happened(shop, "product", "updated", row["id"])
    else:
        touch(shop, row)
    return before, after


def new_slug(shop: Shop, text: str) -> str:
    """A free slug out of a title."""
    stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    taken = {row["slug"] for row in shop.products.values()}
    tail, slug = 2, stem
    while slug in taken:
        slug, tail = f"{stem}-{tail}", tail + 1
    return slug


def main_picture(shop: Shop, row: Row) -> Row:
    """The picture of an order line; WooCommerce gives the id of a product's own picture as text."""
    if row["images"]:
        picture = row["images"][0]
        own = row["type"] != "variation"
        return {"id": str(picture["id"]) if own else picture["id"], "src": image_src(shop, picture)}
    parent = shop.products.get(row["parent_id"]) if row["type"] == "variation" else None
    if parent and parent["images"]:
        picture = parent["images"][0]
        return {"id": picture["id"], "src": image_src(shop, picture)}
    return {"id": "", "src": ""}


def forget(shop: Shop, row: Row) -> None:
    """Delete a row for good, variations with their product."""
    for child in variations_of(shop, row) if row["type"] == "variable" else []:
        del shop.products[child["id"]]
    del shop.products[row["id"]]


def known_field(call: Call) -> bool:
    """Whether a body holds anything the product routes write."""
    extra = {"manage_stock", "stock_quantity", "inventory_delta", "stock_status", "image", "meta_data", "dimensions"}
    names = {*BLANK, *extra, "date_on_sale_from", "date_on_sale_to"}
    return any(name in names for name in call.params if name != "id")
