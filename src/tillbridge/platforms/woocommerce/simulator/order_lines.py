"""Taking lines, fees and shipping of a request into an order, and settling its totals."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .goods import by_sku, move_stock
from .goods_view import full_name, price, slug_option, stock_owner, tax_class
from .order_view import as_line
from .php import ZERO, format_decimal, kept, number
from .reckoning import Article, Line, Place, line_of, place_of, settle
from .state import Shop
from .wordpress import RestError, Row

_KINDS = (("line_items", "line"), ("fee_lines", "fee"), ("shipping_lines", "shipping"))
_NULL_FIELD = {"line_items": "product_id", "fee_lines": "name", "shipping_lines": "method_id"}


def critical_error(shop: Shop) -> RestError:
    """PHP died: what WordPress then answers to a client that wants JSON."""
    words = (
        "<p>There has been a critical error on this website.</p><p>"
        '<a href="https://wordpress.org/documentation/article/faq-troubleshooting/">'
        "Learn more about troubleshooting WordPress.</a></p>"
    )
    where = f"{shop.root}/wp-content/plugins/woocommerce/includes/rest-api"
    error = {"type": 1, "message": f"Uncaught TypeError in {where}", "file": where, "line": 216}
    return FatalError("internal_server_error", words, 500, {"status": 500, "error": error})


class FatalError(RestError):
    """A PHP fatal error; its body also carries ``additional_errors``."""

    def body(self) -> Row:
        """The error as JSON."""
        return {**RestError.body(self), "additional_errors": []}


def take_lines(shop: Shop, order: Row, body: Row) -> None:
    """Add, change and remove lines as the body asks; raises before anything is saved."""
    makers: dict[str, Callable[[Shop, Row, Row], None]] = {
        "line_items": _fill_item,
        "fee_lines": _fill_fee,
        "shipping_lines": _fill_shipping,
    }
    for name, fill in makers.items():
        for posted in body.get(name) or []:
            if isinstance(posted, dict):
                _take(shop, order, name, posted, fill)


def _take(shop: Shop, order: Row, name: str, posted: Row, fill: Callable[[Shop, Row, Row], None]) -> None:
    known = None
    if posted.get("id"):
        known = next((row for row in order[name] if row["id"] == int(posted["id"])), None)
        if known is None:
            words = "Order item ID provided is not associated with order."
            raise RestError("woocommerce_rest_invalid_item_id", words, 400)
    gone = _NULL_FIELD[name] in posted and posted[_NULL_FIELD[name]] is None
    if gone or (name == "line_items" and posted.get("quantity") in (0, "0")):
        if known is None:
            raise critical_error(shop)
        _remove(shop, order, name, known)
        return
    row = known or {"id": 0, "taxes": {}, "meta_data": []}
    fill(shop, row, posted)
    shop.put_meta(row["meta_data"], posted.get("meta_data"))
    if known is None:
        row["id"] = next(shop.ids.items)
        order[name].append(row)


def _remove(shop: Shop, order: Row, name: str, row: Row) -> None:
    order[name].remove(row)
    reduced = next((entry for entry in row["meta_data"] if entry["key"] == "_reduced_stock"), None)
    product = shop.products.get(row.get("variation_id") or row.get("product_id") or 0)
    owner = stock_owner(shop, product) if product else None
    if reduced and owner:
        move_stock(shop, owner, number(reduced["value"]))


def _product_of(shop: Shop, posted: Row, *, new: bool) -> Row | None:
    if posted.get("sku"):
        return by_sku(shop, str(posted["sku"]))
    wanted = posted.get("variation_id") or posted.get("product_id")
    if not wanted and new:
        raise RestError("woocommerce_rest_required_product_reference", "Product ID or SKU is required.", 400)
    return shop.products.get(int(wanted)) if wanted else None


def _fill_item(shop: Shop, row: Row, posted: Row) -> None:
    new = not row["id"]
    if not new and not any(posted.get(name) for name in ("sku", "product_id", "variation_id")):
        _change_item(row, posted)
        return
    product = _product_of(shop, posted, new=new)
    article = None
    if product:
        article = Article(number(price(shop, product)), tax_class(shop, product), product["tax_status"] == "taxable")
    line = line_of(0, posted, article, shop.tax_settings())
    child = bool(product and product["type"] == "variation")
    row |= {
        "name": posted.get("name") or (full_name(shop, product) if product else ""),
        "product_id": (product["parent_id"] if child else product["id"]) if product else 0,
        "variation_id": product["id"] if product and child else 0,
        "quantity": int(line.quantity),
        "tax_class": line.tax_class if posted.get("tax_class") is None else posted["tax_class"],
        "tax_status": line.tax_status,
        "subtotal": line.subtotal,
        "total": line.total,
        "subtotal_taxes": {},
    }
    if product and child and new:
        for one in product["attributes"]:
            row["meta_data"].append(shop.meta(one["slug"], slug_option(one["option"])))


def _change_item(row: Row, posted: Row) -> None:
    if posted.get("quantity") is not None:
        row["quantity"] = int(posted["quantity"])
    if posted.get("total") is not None:
        row["total"] = number(format_decimal(posted["total"]))
        row["subtotal"] = max(row["subtotal"], row["total"])
    if posted.get("subtotal") is not None:
        row["subtotal"] = number(format_decimal(posted["subtotal"]))
    if posted.get("name"):
        row["name"] = str(posted["name"])


def _fill_fee(shop: Shop, row: Row, posted: Row) -> None:
    wanted = posted.get("tax_class", row.get("tax_class", ""))
    if wanted and wanted not in {one["slug"] for one in shop.tax_classes} - {"standard"}:
        raise RestError("order_item_fee_invalid_tax_class", "Invalid tax class", 400)
    row |= {
        "name": posted.get("name", row.get("name", "")),
        "tax_class": wanted or "",
        "tax_status": posted.get("tax_status", row.get("tax_status", "taxable")),
        "total": number(format_decimal(str(posted["total"]))) if "total" in posted else row.get("total", ZERO),
    }


def _fill_shipping(_shop: Shop, row: Row, posted: Row) -> None:
    for name in ("method_id", "method_title", "instance_id"):
        row[name] = str(posted.get(name, row.get(name, "")) or "")
    if not row["id"] and not row["method_id"]:
        raise RestError("woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.", 400)
    row["total"] = number(format_decimal(str(posted["total"]))) if "total" in posted else row.get("total", ZERO)


def tax_place(shop: Shop, order: Row) -> Place:
    """Where the order is taxed."""
    methods = [row["method_id"] for row in order["shipping_lines"]]
    return place_of(order["billing"], order["shipping"], methods, shop.tax_settings())


def settle_order(shop: Shop, order: Row) -> None:
    """calculate_totals(): taxes of all lines, tax_lines and total fields."""
    settings = shop.tax_settings()
    pairs: list[tuple[Row, Line]] = [(row, as_line(row, kind)) for name, kind in _KINDS for row in order[name]]
    totals = settle([line for _, line in pairs], tax_place(shop, order), settings)
    for row, line in pairs:
        row |= {"total": line.total, "taxes": line.taxes}
        if line.kind == "line":
            row["subtotal_taxes"] = line.subtotal_taxes
    for name in ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax"):
        order[name] = kept(getattr(totals, name))
    _put_tax_lines(shop, order, totals.cart_taxes, totals.shipping_taxes)


def _put_tax_lines(shop: Shop, order: Row, cart: dict[int, Decimal], shipping: dict[int, Decimal]) -> None:
    known = {row["rate_id"]: row for row in order["tax_lines"]}
    order["tax_lines"] = []
    for rate_id in {**cart, **shipping}:
        row = known.get(rate_id) or {"id": next(shop.ids.items), "rate_id": rate_id}
        row |= {"tax_total": cart.get(rate_id, ZERO), "shipping_tax_total": shipping.get(rate_id, ZERO)}
        order["tax_lines"].append(row)
