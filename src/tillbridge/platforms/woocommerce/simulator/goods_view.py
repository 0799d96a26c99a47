"""Products and variations as the API shows them, with all that WooCommerce works out."""

from __future__ import annotations

from decimal import Decimal

from .php import number, shown
from .reckoning import price_excluding_tax
from .routing import links
from .state import Shop
from .wordpress import Row

SYMBOLS = {"EUR": "&euro;", "GBP": "&pound;", "USD": "&#36;"}
_SIZES = (("-300x300", "300w"), ("-150x150", "150w"), ("-324x324", "324w"), ("-416x416", "416w"), ("-100x100", "100w"))


def variations_of(shop: Shop, product: Row) -> list[Row]:
    """The variations of a variable product, by id."""
    return [row for row in shop.products.values() if row["type"] == "variation" and row["parent_id"] == product["id"]]


def on_sale(shop: Shop, row: Row) -> bool:
    """A sale price below the regular one, within its dates."""
    if row["type"] == "variable":
        return any(on_sale(shop, child) for child in variations_of(shop, row))
    if not row["sale_price"] or number(row["sale_price"]) >= number(row["regular_price"]):
        return False
    now = shop.stamp()
    start, end = row["date_on_sale_from_gmt"], row["date_on_sale_to_gmt"]
    return (not start or start <= now) and (not end or end >= now)


def price(shop: Shop, row: Row) -> str:
    """The effective price, "" for none."""
    if row["type"] == "variable":
        return _lowest(shop, variations_of(shop, row))
    if row["type"] == "grouped":
        return _lowest(shop, [shop.products[key] for key in row["grouped_products"] if key in shop.products])
    return str(row["sale_price"] if on_sale(shop, row) else row["regular_price"])


def _lowest(shop: Shop, rows: list[Row]) -> str:
    prices = [price(shop, row) for row in rows]
    return min((text for text in prices if text), key=number, default="")


def tax_class(shop: Shop, row: Row) -> str:
    """A variation of class "parent" is taxed like its product."""
    if row["type"] == "variation" and row["tax_class"] in ("parent", ""):
        return str(shop.products[row["parent_id"]]["tax_class"])
    return str(row["tax_class"])


def stock_owner(shop: Shop, row: Row) -> Row | None:
    """The row whose quantity counts, None when no stock is kept."""
    if row["manage_stock"] is True:
        return row
    if row["type"] == "variation":
        parent = shop.products[row["parent_id"]]
        return parent if parent["manage_stock"] is True else None
    return None


def stock_of(shop: Shop, row: Row) -> Row:
    """manage_stock, stock_quantity, stock_status and the backorder flags."""
    owner = stock_owner(shop, row)
    managed: bool | str = row["manage_stock"]
    if owner is not None and owner is not row:
        managed = "parent"
    quantity = owner["stock_quantity"] if owner else None
    kept = owner or row
    allowed = kept["backorders"] in ("yes", "notify")
    return {
        "manage_stock": managed,
        "stock_quantity": quantity,
        "stock_status": stock_status(shop, row, owner),
        "backorders": kept["backorders"],
        "backorders_allowed": allowed,
        "backordered": bool(owner and allowed and quantity is not None and quantity <= 0),
    }


def stock_status(shop: Shop, row: Row, owner: Row | None) -> str:
    """instock, outofstock or onbackorder; worked out when stock is kept."""
    if owner:
        if (owner["stock_quantity"] or 0) > 0:
            return "instock"
        return "onbackorder" if owner["backorders"] in ("yes", "notify") else "outofstock"
    if row["type"] == "variable":
        children = variations_of(shop, row)
        states = [stock_status(shop, child, stock_owner(shop, child)) for child in children]
        return "outofstock" if states and "instock" not in states else "instock"
    return str(row["stock_status"])


def slug_option(text: str) -> str:
    """The slug of an attribute option."""
    return text.lower().replace(" ", "-")


def permalink(shop: Shop, row: Row) -> str:
    """Address of the product page."""
    if row["type"] == "variation":
        chosen = "&".join(f"attribute_{one['slug']}={slug_option(one['option'])}" for one in row["attributes"])
        return f"{permalink(shop, shop.products[row['parent_id']])}?{chosen}"
    if row["status"] == "publish":
        return f"{shop.home}/product/{row['slug']}/"
    return f"{shop.home}/?post_type=product&p={row['id']}"


def full_name(shop: Shop, row: Row) -> str:
    """A variation's name is its product's with the options behind it."""
    if row["type"] != "variation":
        return str(row["name"])
    return f"{shop.products[row['parent_id']]['name']} - {variation_name(row)}"


def variation_name(row: Row) -> str:
    """The options of a variation, "M, Navy"."""
    return ", ".join(one["option"] for one in row["attributes"])


def image_src(shop: Shop, picture: Row) -> str:
    """Address of a picture; relative ones belong to the shop's uploads."""
    src = str(picture["src"])
    return src if "://" in src else f"{shop.home}/wp-content/uploads/2026/11/{src}"


def image_view(shop: Shop, picture: Row, *, sizes: bool) -> Row:
    """A picture with its dates and, in product lists, its sizes."""
    src, made = image_src(shop, picture), picture["date_gmt"]
    view: Row = {"id": picture["id"], "date_created": shop.local(made), "date_created_gmt": made}
    view |= {"date_modified": shop.local(made), "date_modified_gmt": made, "src": src}
    view |= {"name": picture["name"], "alt": picture["alt"]}
    if sizes:
        stem, dot, ending = src.rpartition(".")
        variants = [f"{src} 600w", *(f"{stem}{size}{dot}{ending} {width}" for size, width in _SIZES)]
        view |= {"srcset": ", ".join(variants), "sizes": "(max-width: 600px) 100vw, 600px"}
        view["thumbnail"] = f"{stem}-324x324{dot}{ending}"
    return view


def money_html(shop: Shop, amount: Decimal) -> str:
    """A price as the shop's pages print it."""
    symbol = SYMBOLS.get(shop.settings["woocommerce_currency"], shop.settings["woocommerce_currency"])
    text = shown(amount, shop.decimals)
    return (
        '<span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol" '
        f'translate="no">{symbol}</span>{text}</bdi></span>'
    )


def net_price(shop: Shop, row: Row, text: str) -> Decimal:
    """A catalogue price without tax, as the shop's pages show it."""
    taxable = row["tax_status"] == "taxable"
    return price_excluding_tax(number(text), Decimal(1), tax_class(shop, row), taxable, shop.tax_settings())


def _price_html(shop: Shop, row: Row) -> str:
    text = price(shop, row)
    if not text:
        return ""
    now = money_html(shop, net_price(shop, row, text))
    if row["type"] in ("simple", "variation") and on_sale(shop, row):
        return f"<del>{money_html(shop, net_price(shop, row, row['regular_price']))}</del> <ins>{now}</ins>"
    return now


def _related(shop: Shop, row: Row) -> list[int]:
    if row["type"] == "variation":
        return []
    mine = {term["id"] for term in [*row["categories"], *row["tags"]]}
    others = (
        other["id"]
        for other in shop.products.values()
        if other["type"] != "variation" and other["status"] == "publish" and other["id"] != row["id"]
        if mine & {term["id"] for term in [*other["categories"], *other["tags"]]}
    )
    return list(others)[:5]


def _dates(shop: Shop, row: Row) -> Row:
    return {
        name: value
        for base in ("date_created", "date_modified")
        for name, value in ((base, shop.local(row[f"{base}_gmt"])), (f"{base}_gmt", row[f"{base}_gmt"]))
    }


def _sale_dates(shop: Shop, row: Row) -> Row:
    return {
        name: value
        for base in ("date_on_sale_from", "date_on_sale_to")
        for name, value in ((base, shop.local(row[f"{base}_gmt"])), (f"{base}_gmt", row[f"{base}_gmt"]))
    }


def _prices(shop: Shop, row: Row) -> Row:
    text = price(shop, row)
    parts: Row = {"price": text, "regular_price": row["regular_price"], "sale_price": row["sale_price"]}
    parts |= _sale_dates(shop, row)
    sold = row["type"] not in ("grouped", "external")
    return parts | {"on_sale": on_sale(shop, row), "purchasable": bool(text) and sold}


_COPIED = [
    "featured",
    "catalog_visibility",
    "downloads",
    "download_limit",
    "download_expiry",
    "external_url",
    "button_text",
    "tax_status",
    "low_stock_amount",
    "sold_individually",
    "weight",
    "dimensions",
    "shipping_class",
    "shipping_class_id",
    "reviews_allowed",
    "average_rating",
    "rating_count",
    "upsell_ids",
    "cross_sell_ids",
    "parent_id",
    "purchase_note",
    "categories",
    "brands",
    "tags",
    "default_attributes",
    "grouped_products",
    "menu_order",
    "meta_data",
    "post_password",
    "global_unique_id",
    "virtual",
    "downloadable",
]


def product_view(shop: Shop, row: Row, *, edit: bool = False) -> Row:
    """A product, or a variation asked for as a product; ``edit`` is the form of answers to writes."""
    child = row["type"] == "variation"
    view: Row = {"id": row["id"], "name": full_name(shop, row), "slug": row["slug"], "permalink": permalink(shop, row)}
    view |= _dates(shop, row) | {"type": row["type"], "status": row["status"], "sku": row["sku"]}
    for name in ("description", "short_description"):
        view[name] = row[name] if edit or not row[name] else f"{row[name]}\n"
    view |= {name: row[name] for name in _COPIED} | _prices(shop, row) | stock_of(shop, row)
    view |= {"total_sales": str(row["total_sales"]) if child else row["total_sales"], "tax_class": tax_class(shop, row)}
    view |= {"shipping_required": not row["virtual"], "shipping_taxable": not row["virtual"]}
    view["meta_data"] = list(row["meta_data"])
    view["images"] = [image_view(shop, picture, sizes=True) for picture in row["images"]]
    view["attributes"] = row["attributes"]
    view["variations"] = [one["id"] for one in variations_of(shop, row)] if row["type"] == "variable" else []
    view |= {"price_html": _price_html(shop, row), "related_ids": _related(shop, row)}
    view["has_options"] = row["type"] == "variable"
    if edit:
        view["average_rating"] = "0"
        view["permalink_template"] = f"{shop.home}/product/%pagename%/"
        view["generated_slug"] = row["slug"] or str(row["name"]).lower().replace(" ", "-")
    view["_links"] = links(shop, f"/wc/v3/products/{row['id']}")
    if child:
        view["_links"]["up"] = [{"href": shop.url(f"/wc/v3/products/{row['parent_id']}")}]
    return view


_VARIATION_COPIED = [
    "sku",
    "global_unique_id",
    "status",
    "virtual",
    "downloadable",
    "downloads",
    "download_limit",
    "download_expiry",
    "tax_status",
    "low_stock_amount",
    "weight",
    "dimensions",
    "shipping_class",
    "shipping_class_id",
    "attributes",
    "menu_order",
    "meta_data",
    "parent_id",
]


def variation_view(shop: Shop, row: Row, *, edit: bool = False) -> Row:
    """A variation as its own routes show it; ``edit`` is the form of answers to writes."""
    view: Row = {"id": row["id"], "type": "variation", "permalink": permalink(shop, row)}
    view["description"] = row["description"] if edit or not row["description"] else f"{row['description']}\n"
    view |= _dates(shop, row) | {name: row[name] for name in _VARIATION_COPIED}
    view |= _prices(shop, row) | stock_of(shop, row) | {"tax_class": tax_class(shop, row)}
    if edit:
        view["tax_class"] = row["tax_class"] or "parent"
    view["image"] = image_view(shop, row["images"][0], sizes=False) if row["images"] else None
    view["gallery_image_ids"] = [picture["id"] for picture in row["images"][1:]]
    view["name"] = variation_name(row)
    path = f"/wc/v3/products/{row['parent_id']}"
    view["_links"] = links(shop, f"{path}/variations/{row['id']}") | {"up": [{"href": shop.url(path)}]}
    return view
