"""What a till reads once: the REST index, taxes, currencies, gateways, zones, totals and system status."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from . import arguments as args
from .goods_view import SYMBOLS, product_view, variation_view
from .order_flow import NAMES
from .php import number
from .routing import CREATE, READ, Route, every, links, paged, route
from .state import WOOCOMMERCE, WORDPRESS, Shop
from .wordpress import Answer, Call, Row

_NAMES = {"EUR": "Euro", "GBP": "Pound sterling", "USD": "United States (US) dollar"}
_SPACES = [
    "oembed/1.0",
    "wc/v3",
    "wc/v1",
    "wc/pos/v1/catalog",
    "wc-admin",
    "wc-analytics",
    "wc/store",
    "wc/store/v1",
    "wc/private",
    "wc/v2",
    "wc-telemetry",
    "wccom-site/v3",
    "wp/v2",
    "wp-site-health/v1",
    "wp-block-editor/v1",
]


def index(shop: Shop, _call: Call) -> Answer:
    """GET /wp-json/: names the shop to anybody."""
    offset = shop.now().astimezone(ZoneInfo(shop.zone)).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    body: Row = {
        "name": shop.settings["blogname"],
        "description": shop.settings["blogdescription"],
        "url": shop.home,
        "home": shop.home,
        "gmt_offset": int(hours) if hours == int(hours) else hours,
        "timezone_string": shop.zone,
        "page_for_posts": 0,
        "page_on_front": 0,
        "show_on_front": "posts",
        "namespaces": [*_SPACES, *(["wc-pimwick/v1"] if shop.switches.gift_cards else [])],
        "authentication": [],
        "routes": {},
    }
    return Answer(body, plain=True)


def namespace(shop: Shop, _call: Call) -> Answer:
    """GET /wc/v3."""
    up = {"up": [{"href": f"{shop.home}/wp-json/"}]}
    return Answer({"namespace": "wc/v3", "routes": {}, "_links": up})


def list_taxes(shop: Shop, call: Call) -> Answer:
    """GET /taxes."""
    rows = [row for row in shop.taxes if not call.text("class") or row["class"] == call.text("class")]
    return paged(shop, call, rows, lambda row: {**row, "_links": links(shop, f"/wc/v3/taxes/{row['id']}")})


def list_tax_classes(shop: Shop, _call: Call) -> Answer:
    """GET /taxes/classes."""
    own = {"collection": [{"href": shop.url("/wc/v3/taxes/classes")}]}
    return every(shop.tax_classes, lambda row: {**row, "_links": own})


def create_tax(shop: Shop, call: Call) -> Answer:
    """POST /taxes."""
    row: Row = {"id": max([one["id"] for one in shop.taxes], default=0) + 1}
    row |= {name: call.text(name) for name in ("country", "state", "postcode", "city")}
    row |= {"rate": f"{number(call.text('rate')):.4f}", "name": call.text("name") or "Tax"}
    row |= {"priority": call.whole("priority", 1), "compound": call.flag("compound")}
    row |= {"shipping": "shipping" not in call.params or call.flag("shipping"), "order": call.whole("order")}
    row |= {"class": call.text("class") or "standard", "postcodes": [], "cities": []}
    shop.taxes.append(row)
    return Answer({**row, "_links": links(shop, f"/wc/v3/taxes/{row['id']}")}, 201)


def create_tax_class(shop: Shop, call: Call) -> Answer:
    """POST /taxes/classes."""
    row: Row = {"slug": call.text("name").lower().replace(" ", "-"), "name": call.text("name")}
    shop.tax_classes.append(row)
    return Answer({**row, "_links": {"collection": [{"href": shop.url("/wc/v3/taxes/classes")}]}}, 201)


def _currency(shop: Shop, code: str) -> Row:
    view: Row = {"code": code, "name": _NAMES.get(code, code), "symbol": SYMBOLS.get(code, code)}
    return view | {"_links": links(shop, f"/wc/v3/data/currencies/{code}", hints=READ)}


def current_currency(shop: Shop, _call: Call) -> Answer:
    """GET /data/currencies/current."""
    return Answer(_currency(shop, shop.settings["woocommerce_currency"]))


def list_currencies(shop: Shop, _call: Call) -> Answer:
    """GET /data/currencies."""
    return Answer([_currency(shop, code) for code in args.CURRENCIES])


def list_gateways(shop: Shop, _call: Call) -> Answer:
    """GET /payment_gateways."""
    known = (("bacs", "Direct bank transfer"), ("cheque", "Check payments"), ("cod", "Cash on delivery"))
    rows = []
    for order, (key, title) in enumerate(known):
        view: Row = {"id": key, "title": title, "description": "", "order": order, "enabled": True}
        view |= {"method_title": title, "method_description": "", "method_supports": ["products"], "settings": {}}
        own = links(shop, f"/wc/v3/payment_gateways/{key}", hints=("GET", "POST", "PUT", "PATCH"))
        rows.append(view | {"_links": own})
    return every(rows, dict)


def list_zones(shop: Shop, _call: Call) -> Answer:
    """GET /shipping/zones."""
    return every([_zone(shop, key, name) for key, name in enumerate(shop.zones)], dict)


def create_zone(shop: Shop, call: Call) -> Answer:
    """POST /shipping/zones."""
    shop.zones.append(call.text("name"))
    return Answer(_zone(shop, len(shop.zones) - 1, shop.zones[-1]), 201)


def _zone(shop: Shop, key: int, name: str) -> Row:
    path = f"/wc/v3/shipping/zones/{key}"
    about = {"describedby": [{"href": shop.url(f"{path}/locations")}]}
    return {"id": key, "name": name, "order": 0, "_links": links(shop, path) | about}


def order_totals(shop: Shop, _call: Call) -> Answer:
    """GET /reports/orders/totals."""
    counts = Counter(row["status"] for row in shop.orders.values())
    return Answer([{"slug": slug, "name": name, "total": counts[slug]} for slug, name in NAMES.items()])


def product_totals(shop: Shop, _call: Call) -> Answer:
    """GET /reports/products/totals."""
    counts = Counter(row["type"] for row in shop.products.values() if row["status"] == "publish")
    names = {
        "external": "External/Affiliate product",
        "grouped": "Grouped product",
        "simple": "Simple product",
        "variable": "Variable product",
    }
    return Answer([{"slug": slug, "name": name, "total": counts[slug]} for slug, name in names.items()])


def system_status(shop: Shop, _call: Call) -> Answer:
    """GET /system_status: the parts a till looks at."""
    code = shop.settings["woocommerce_currency"]
    store = "Orders\\OrdersTableDataStore" if shop.switches.hpos else "WC_Order_Data_Store_CPT"
    settings: Row = {
        "api_enabled": False,
        "force_ssl": False,
        "currency": code,
        "currency_symbol": SYMBOLS.get(code, code),
        "currency_position": "left",
        "thousand_separator": ",",
        "decimal_separator": ".",
        "number_of_decimals": shop.decimals,
        "geolocation_enabled": False,
        "taxonomies": {kind: kind for kind in ("external", "grouped", "simple", "variable")},
        "product_visibility_terms": {name: name for name in ("exclude-from-catalog", "featured", "outofstock")},
        "woocommerce_com_connected": "no",
        "enforce_approved_download_dirs": True,
        "order_datastore": store,
        "HPOS_enabled": shop.switches.hpos,
        "HPOS_sync_enabled": False,
        "enabled_features": ["analytics", "order_attribution", "point_of_sale", "custom_order_tables"],
    }
    environment: Row = {"home_url": shop.home, "site_url": shop.home, "version": WOOCOMMERCE, "wp_version": WORDPRESS}
    environment |= {"php_version": "8.2.36", "wp_debug_mode": False, "wp_cron": True, "language": "en_US"}
    security = {"secure_connection": shop.home.startswith("https"), "hide_errors": True}
    return Answer({"environment": environment, "active_plugins": [], "settings": settings, "security": security})


def feed_path(shop: Shop) -> str:
    """Path of the exported catalogue, "" before there is one."""
    return str(shop.feed.get("path", ""))


def create_feed(shop: Shop, _call: Call) -> Answer:
    """POST the vendor's own POS catalogue export: scheduled at first, completed when asked again."""
    if not shop.feed:
        shop.feed = {"at": shop.stamp(), "path": ""}
        body: Row = {"scheduled_at": shop.feed["at"], "completed_at": None, "state": "scheduled", "progress": 0}
        return Answer(body | {"processed": 0, "total": -1, "args": []})
    shop.feed["path"] = f"/wp-content/uploads/product-feeds/pos-catalog-feed-{shop.feed['at'][:10]}.json"
    body = {"scheduled_at": shop.feed["at"], "completed_at": shop.stamp(), "state": "completed", "progress": 100}
    return Answer(body | {"processed": 100, "total": 100, "args": [], "url": f"{shop.home}{shop.feed['path']}"})


def feed_file(shop: Shop) -> list[Row]:
    """The exported file: every published product and variation with its type."""
    entries = []
    for row in shop.products.values():
        if row["status"] == "publish":
            child = row["type"] == "variation"
            view = variation_view(shop, row) if child else product_view(shop, row)
            entries.append({"type": row["type"], "data": {k: v for k, v in view.items() if k != "_links"}})
    return entries


def feed_namespace(shop: Shop, _call: Call) -> Answer:
    """GET /wc/pos/v1/catalog: the index of its namespace."""
    name = "wc/pos/v1/catalog"
    rules = {
        "force": {"type": "boolean", "default": False, "description": "Build it anew.", "required": False},
        "_product_fields": {"type": "string", "description": "Fields of products.", "required": False},
        "_variation_fields": {"type": "string", "description": "Fields of variations.", "required": False},
    }
    own = {"namespace": {"default": name, "required": False}, "context": {"default": "view", "required": False}}

    def entry(path: str, method: str, arguments: Row) -> Row:
        endpoint = {"methods": [method], "args": arguments}
        view: Row = {"namespace": name, "methods": [method], "endpoints": [endpoint]}
        return view | {"_links": {"self": [{"href": shop.url(path)}]}}

    routes = {
        f"/{name}": entry(f"/{name}", "GET", own),
        f"/{name}/create": entry(f"/{name}/create", "POST", rules),
    }
    return Answer({"namespace": name, "routes": routes, "_links": {"up": [{"href": f"{shop.home}/wp-json/"}]}})


ROUTES: list[Route] = [
    route(READ, "/", index, {}, ""),
    route(READ, "/wc/v3", namespace, {}, ""),
    route(READ, "/wc/v3/taxes", list_taxes, args.PAGE | {"orderby": args.one_of("id", "order", "priority")}, "list"),
    route(READ, "/wc/v3/taxes/classes", list_tax_classes, {}, "list"),
    route(CREATE, "/wc/v3/taxes", create_tax, {"rate": args.TEXT, "country": args.TEXT, "name": args.TEXT}, "create"),
    route(CREATE, "/wc/v3/taxes/classes", create_tax_class, {"name": args.NEEDED_TEXT}, "create"),
    route(CREATE, "/wc/v3/shipping/zones", create_zone, {"name": args.NEEDED_TEXT}, "create"),
    route(READ, "/wc/v3/data/currencies", list_currencies, {}, "list"),
    route(READ, "/wc/v3/data/currencies/current", current_currency, {}, "view"),
    route(READ, "/wc/v3/payment_gateways", list_gateways, {}, "list"),
    route(READ, "/wc/v3/shipping/zones", list_zones, {}, "list"),
    route(READ, "/wc/v3/reports/orders/totals", order_totals, {}, "list"),
    route(READ, "/wc/v3/reports/products/totals", product_totals, {}, "list"),
    route(READ, "/wc/v3/system_status", system_status, {}, "list"),
    route(CREATE, "/wc/pos/v1/catalog/create", create_feed, {"force": args.FLAG}, "create"),
    route(READ, "/wc/pos/v1/catalog", feed_namespace, {}, ""),
]
