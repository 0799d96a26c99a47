"""The product, variation and term routes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from . import arguments as args
from .goods import apply, apply_stock, blank, by_sku, forget, known_field, new_slug, touch
from .goods_view import full_name, on_sale, price, product_view, stock_of, variation_view
from .php import number
from .routing import CREATE, EDIT, READ, REMOVE, Route, batch, chosen, dated, every, links, ordered, paged, route
from .state import Shop
from .webhooks import happened
from .wordpress import Answer, Call, RestError, Row, invalid_id


def _listed(shop: Shop, call: Call, rows: Iterable[Row]) -> list[Row]:
    status = call.text("status") or "any"
    rows = [row for row in rows if (row["status"] == status if status != "any" else row["status"] != "trash")]
    for name, fits in _FILTERS.items():
        wanted = call.text(name)
        if wanted:
            rows = [row for row in rows if fits(shop, row, wanted)]
    if call.text("on_sale"):
        rows = [row for row in rows if on_sale(shop, row) == call.flag("on_sale")]
    rows = dated(shop, call, chosen(call, list(rows)), columns=True)
    return ordered(call, rows)


def _in_terms(name: str, row: Row, wanted: str) -> bool:
    return any(str(term["id"]) in wanted.split(",") for term in row[name])


_FILTERS: dict[str, Callable[[Shop, Row, str], bool]] = {
    "type": lambda _shop, row, wanted: row["type"] == wanted,
    "slug": lambda _shop, row, wanted: row["slug"] == wanted,
    "sku": lambda _shop, row, wanted: row["sku"] != "" and row["sku"] in [one.strip() for one in wanted.split(",")],
    "global_unique_id": lambda _shop, row, wanted: row["global_unique_id"] in wanted.split(","),
    "search_sku": lambda _shop, row, wanted: wanted.lower() in row["sku"].lower(),
    "search_name_or_sku": lambda shop, row, wanted: _has_words(f"{full_name(shop, row)} {row['sku']}", wanted),
    "search": lambda _shop, row, wanted: _has_words(f"{row['name']} {row['description']}", wanted),
    "category": lambda _shop, row, wanted: _in_terms("categories", row, wanted),
    "tag": lambda _shop, row, wanted: _in_terms("tags", row, wanted),
    "brand": lambda _shop, row, wanted: _in_terms("brands", row, wanted),
    "stock_status": lambda shop, row, wanted: stock_of(shop, row)["stock_status"] == wanted,
    "min_price": lambda shop, row, wanted: number(price(shop, row)) >= number(wanted),
    "max_price": lambda shop, row, wanted: number(price(shop, row)) <= number(wanted),
}


def _has_words(text: str, wanted: str) -> bool:
    return all(word in text.lower() for word in wanted.lower().split())


def list_products(shop: Shop, call: Call) -> Answer:
    """GET /products: products only, unless a code is looked for, which finds variations too."""
    by_code = any(call.text(name) for name in ("sku", "global_unique_id", "search_sku", "search_name_or_sku"))
    rows = [row for row in shop.products.values() if by_code or row["type"] != "variation"]
    return paged(shop, call, _listed(shop, call, rows), lambda row: product_view(shop, row))


def get_product(shop: Shop, call: Call) -> Answer:
    """GET /products/{id}; variations answer as products."""
    row = shop.products.get(call.whole("id"))
    if row is None:
        raise invalid_id("product", 404)
    return Answer(product_view(shop, row))


async def create_product(shop: Shop, call: Call) -> Answer:
    """POST /products; an empty body makes a product called "Product"."""
    row = blank(shop, str(call.params.get("type") or "simple"), shop.stamp())
    apply(shop, row, call.params)
    await asyncio.sleep(0)
    if by_sku(shop, row["sku"]):
        words = f"The product with SKU ({row['sku']}) you are trying to insert is already present in the lookup table"
        raise RestError("woocommerce_rest_product_not_created", words, 400)
    await apply_stock(shop, row, call.params)
    if not row["slug"] and row["status"] == "publish":
        row["slug"] = new_slug(shop, row["name"])
    if not row["categories"]:
        row["categories"] = [
            {name: one[name] for name in ("id", "name", "slug")}
            for one in shop.terms["categories"].values()
            if one["slug"] == "uncategorized"
        ]
    shop.products[row["id"]] = row
    happened(shop, "product", "created", row["id"])
    where = ("Location", shop.url(f"/wc/v3/products/{row['id']}"))
    return Answer(product_view(shop, row, edit=True), 201, [where])


async def edit_product(shop: Shop, call: Call) -> Answer:
    """PUT, PATCH or POST /products/{id}: a partial merge."""
    row = shop.products.get(call.whole("id"))
    if row is None:
        raise invalid_id("product", 400)
    if row["type"] == "variation":
        words = (
            "To manipulate product variations you should use the "
            "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
        )
        raise RestError("woocommerce_rest_invalid_product_id", words, 404)
    await _change(shop, row, call)
    return Answer(product_view(shop, row, edit=True))


async def _change(shop: Shop, row: Row, call: Call) -> None:
    body = {name: value for name, value in call.params.items() if name not in ("id", "product_id")}
    apply(shop, row, body)
    await apply_stock(shop, row, body)
    if known_field(call):
        touch(shop, row)


def delete_product(shop: Shop, call: Call) -> Answer:
    """DELETE /products/{id}: to the trash, or for good with force."""
    row = shop.products.get(call.whole("id"))
    if row is None:
        raise invalid_id("product", 404)
    if not call.flag("force") and row["status"] == "trash":
        words = "The product has already been deleted."
        raise RestError("woocommerce_rest_already_trashed", words, 410)
    view = product_view(shop, row, edit=True)
    if call.flag("force"):
        forget(shop, row)
    else:
        _note_trash(shop, row)
        row |= {"status": "trash", "slug": f"{row['slug']}__trashed"}
        row |= {"date_modified_gmt": shop.stamp(), "date_modified": shop.local(shop.stamp())}
    happened(shop, "product", "deleted", row["id"])
    return Answer(view)


def _note_trash(shop: Shop, row: Row) -> None:
    moment = str(int(shop.now().timestamp()))
    was = {"_wp_trash_meta_status": row["status"], "_wp_trash_meta_time": moment, "_wp_desired_post_slug": row["slug"]}
    row["meta_data"].extend(shop.meta(key, value) for key, value in was.items())


def _variation(shop: Shop, call: Call) -> Row:
    row = shop.products.get(call.whole("id"))
    if row is None or row["type"] != "variation" or row["parent_id"] != call.whole("product_id"):
        raise invalid_id("product_variation", 404)
    return row


def list_variations(shop: Shop, call: Call) -> Answer:
    """GET /products/{id}/variations; an unknown or simple product has none."""
    rows = [row for row in shop.products.values() if row["type"] == "variation"]
    mine = [row for row in rows if row["parent_id"] == call.whole("product_id")]
    return paged(shop, call, _listed(shop, call, mine), lambda row: variation_view(shop, row))


def list_all_variations(shop: Shop, call: Call) -> Answer:
    """GET /variations over the whole shop; shops before 10.3 do not know it."""
    if not shop.switches.variations_route:
        raise RestError("rest_no_route", "No route was found matching the URL and request method.", 404)
    rows = [row for row in shop.products.values() if row["type"] == "variation"]
    return paged(shop, call, _listed(shop, call, rows), lambda row: variation_view(shop, row))


def get_variation(shop: Shop, call: Call) -> Answer:
    """GET one variation."""
    return Answer(variation_view(shop, _variation(shop, call)))


async def create_variation(shop: Shop, call: Call) -> Answer:
    """POST a variation."""
    row = blank(shop, "variation", shop.stamp()) | {"parent_id": call.whole("product_id")}
    body = {name: value for name, value in call.params.items() if name != "product_id"}
    if row["parent_id"] not in shop.products:
        raise invalid_id("product_variation", 404)
    apply(shop, row, body)
    await apply_stock(shop, row, body)
    shop.products[row["id"]] = row
    row["slug"] = f"{shop.products[row['parent_id']]['slug']}-{row['id']}"
    happened(shop, "product", "created", row["id"])
    return Answer(variation_view(shop, row, edit=True), 201)


async def edit_variation(shop: Shop, call: Call) -> Answer:
    """PUT one variation: a partial merge that also moves the product's modified date."""
    row = _variation(shop, call)
    await _change(shop, row, call)
    return Answer(variation_view(shop, row, edit=True))


def delete_variation(shop: Shop, call: Call) -> Answer:
    """DELETE one variation; only with force."""
    row = _variation(shop, call)
    if not call.flag("force"):
        raise RestError("woocommerce_rest_trash_not_supported", "Variations do not support trashing.", 501)
    view = variation_view(shop, row)
    del shop.products[row["id"]]
    happened(shop, "product", "deleted", row["id"])
    return Answer(view)


def _term_view(shop: Shop, kind: str, row: Row) -> Row:
    goods = [one for one in shop.products.values() if one["type"] != "variation" and one["status"] != "trash"]
    counted = sum(any(term["id"] == row["id"] for term in product[kind]) for product in goods)
    view: Row = {"id": row["id"], "name": row["name"], "slug": row["slug"]}
    if kind == "categories":
        view |= {"parent": row.get("parent", 0), "description": "", "display": "default", "image": None}
        view["menu_order"] = row.get("menu_order", 0)
    else:
        view["description"] = ""
    path = f"/wc/v3/products/{kind}"
    own = links(shop, f"{path}/{row['id']}")
    if row.get("parent"):
        own["up"] = [{"href": shop.url(f"{path}/{row['parent']}")}]
    return view | {"count": counted, "_links": own}


def _terms(kind: str) -> list[Route]:
    def listed(shop: Shop, call: Call) -> Answer:
        rows = ordered(call, chosen(call, list(shop.terms[kind].values())), "name", "asc")
        return paged(shop, call, rows, lambda row: _term_view(shop, kind, row))

    def one(shop: Shop, call: Call) -> Answer:
        row = shop.terms[kind].get(call.whole("id"))
        if row is None:
            raise RestError("woocommerce_rest_term_invalid", "Resource does not exist.", 404)
        return Answer(_term_view(shop, kind, row))

    def created(shop: Shop, call: Call) -> Answer:
        slug = call.text("slug") or call.text("name").lower().replace(" ", "-")
        known = next((row for row in shop.terms[kind].values() if row["slug"] == slug), None)
        if known:
            words = "A term with the name provided already exists with this parent."
            raise RestError("term_exists", words, 400, {"status": 400, "resource_id": known["id"]})
        row: Row = {"id": next(shop.ids.terms), "name": call.text("name"), "slug": slug}
        shop.terms[kind][row["id"]] = row
        return Answer(_term_view(shop, kind, row), 201)

    path = f"/wc/v3/products/{kind}"
    return [
        route(READ, path, listed, args.TERM_LIST, "list"),
        route(CREATE, path, created, args.TERM, "create"),
        route(READ, f"{path}/{{id}}", one, args.ONE, "view"),
    ]


def _attribute_view(shop: Shop, row: Row) -> Row:
    view = {name: row[name] for name in ("id", "name", "slug", "type", "order_by", "has_archives")}
    return view | {"_links": links(shop, f"/wc/v3/products/attributes/{row['id']}")}


def list_attributes(shop: Shop, _call: Call) -> Answer:
    """GET /products/attributes, by name; never paged."""
    rows = sorted(shop.attributes.values(), key=lambda row: str(row["name"]))
    return every(rows, lambda row: _attribute_view(shop, row))


def create_attribute(shop: Shop, call: Call) -> Answer:
    """POST /products/attributes."""
    slug = call.text("slug") or f"pa_{call.text('name').lower().replace(' ', '-')}"
    row: Row = {"id": max([*shop.attributes, 0]) + 1, "name": call.text("name"), "slug": slug, "type": "select"}
    row |= {"order_by": call.text("order_by") or "menu_order", "has_archives": call.flag("has_archives"), "terms": []}
    shop.attributes[row["id"]] = row
    return Answer(_attribute_view(shop, row), 201)


def list_attribute_terms(shop: Shop, call: Call) -> Answer:
    """GET the options of a global attribute."""
    attribute = shop.attributes.get(call.whole("attribute_id"))
    if attribute is None:
        raise RestError("woocommerce_rest_taxonomy_invalid", "Attribute does not exist.", 404)
    path = f"/wc/v3/products/attributes/{attribute['id']}/terms"
    return paged(
        shop,
        call,
        attribute["terms"],
        lambda row: {**row, "description": "", "menu_order": 0, "_links": links(shop, f"{path}/{row['id']}")},
    )


_PRODUCT, _VARIATION = "/wc/v3/products", "/wc/v3/products/{product_id}/variations"
ROUTES: list[Route] = [
    *_terms("categories"),
    *_terms("tags"),
    *_terms("brands"),
    route(READ, f"{_PRODUCT}/attributes", list_attributes, {}, "list"),
    route(CREATE, f"{_PRODUCT}/attributes", create_attribute, args.TERM, "create"),
    route(READ, f"{_PRODUCT}/attributes/{{attribute_id}}/terms", list_attribute_terms, args.TERM_LIST, "list"),
    route(READ, _PRODUCT, list_products, args.PRODUCT_LIST, "list"),
    route(CREATE, _PRODUCT, create_product, args.PRODUCT, "create"),
    route(EDIT, f"{_PRODUCT}/batch", batch(create_product, edit_product, delete_product), {}, "batch"),
    route(READ, f"{_PRODUCT}/{{id}}", get_product, args.ONE, "view"),
    route(EDIT, f"{_PRODUCT}/{{id}}", edit_product, args.PRODUCT, "edit"),
    route(REMOVE, f"{_PRODUCT}/{{id}}", delete_product, args.DELETE, "delete"),
    route(READ, "/wc/v3/variations", list_all_variations, args.VARIATION_LIST, "list"),
    route(READ, _VARIATION, list_variations, args.VARIATION_LIST, "list"),
    route(CREATE, _VARIATION, create_variation, args.VARIATION, "create"),
    route(EDIT, f"{_VARIATION}/batch", batch(create_variation, edit_variation, delete_variation), {}, "batch"),
    route(READ, f"{_VARIATION}/{{id}}", get_variation, args.ONE, "view"),
    route(EDIT, f"{_VARIATION}/{{id}}", edit_variation, args.VARIATION, "edit"),
    route(REMOVE, f"{_VARIATION}/{{id}}", delete_variation, args.DELETE, "delete"),
]
