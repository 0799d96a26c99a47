"""Coupons on orders and carts: WooCommerce's checks in its order, its words, its share-out and its counting."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .discounts import Deal, Item, ShareOut
from .goods_view import SYMBOLS, on_sale
from .order_view import as_line
from .php import ZERO, json_number, number, rounded, shown
from .reckoning import Place, TaxSettings, calc_tax, find_rates
from .state import Shop
from .wordpress import RestError, Row


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who wants the discount."""

    customer_id: int = 0
    emails: tuple[str, ...] = ()
    user_limits: bool = True


def find_coupon(shop: Shop, code: str) -> Row | None:
    """A coupon by code, whatever the case; the trash does not count."""
    wanted = code.strip().lower()
    rows = (row for row in shop.coupons.values() if row["status"] != "trash")
    return next((row for row in rows if row["code"] == wanted), None)


def _quoted(code: str) -> str:
    return f"&quot;{code}&quot;"


def _refused(message: str) -> RestError:
    return RestError("woocommerce_rest_invalid_coupon", message, 400)


def check(shop: Shop, code: str, lines: Sequence[Row], subtotal: Decimal, buyer: Buyer) -> Row:
    """The coupon, or WooCommerce's refusal; ``subtotal`` is in the shop's tax mode."""
    wanted = code.strip().lower()
    coupon = find_coupon(shop, wanted)
    if coupon is None:
        raise _refused(f"Coupon {_quoted(wanted)} cannot be applied because it does not exist.")
    if coupon["usage_limit"] and coupon["usage_count"] >= coupon["usage_limit"]:
        raise _refused(f"Usage limit for coupon {_quoted(wanted)} has been reached.")
    if buyer.user_limits and _used_up(coupon, buyer):
        raise _refused(f"Usage limit for coupon {_quoted(wanted)} has been reached.")
    if coupon["date_expires_gmt"] and coupon["date_expires_gmt"] < shop.stamp():
        raise _refused(f"Coupon {_quoted(wanted)} has expired.")
    _check_spend(shop, coupon, subtotal)
    _check_goods(shop, coupon, lines)
    if coupon["email_restrictions"] and not _mail_allowed(coupon, buyer):
        raise _refused(f"Please enter a valid email at checkout to use coupon code {_quoted(wanted)}.")
    return coupon


def _used_up(coupon: Row, buyer: Buyer) -> bool:
    limit = coupon["usage_limit_per_user"]
    who = {str(buyer.customer_id), *buyer.emails} - {"0"}
    return bool(limit) and sum(one in who for one in coupon["used_by"]) >= limit


def _mail_allowed(coupon: Row, buyer: Buyer) -> bool:
    allowed = [pattern.lower() for pattern in coupon["email_restrictions"]]
    return any(fnmatch.fnmatchcase(mail.lower(), pattern) for mail in buyer.emails for pattern in allowed)


def _check_spend(shop: Shop, coupon: Row, subtotal: Decimal) -> None:
    for word, limit in (("minimum", number(coupon["minimum_amount"])), ("maximum", number(coupon["maximum_amount"]))):
        wrong = subtotal < limit if word == "minimum" else subtotal > limit
        if limit > 0 and wrong:
            symbol = SYMBOLS.get(shop.settings["woocommerce_currency"], "")
            amount = (
                '<span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol">'
                f"{symbol}</span>{shown(limit, shop.decimals)}</bdi></span>"
            )
            raise _refused(f"The {word} spend for coupon {_quoted(coupon['code'])} is {amount}.")


def _check_goods(shop: Shop, coupon: Row, lines: Sequence[Row]) -> None:
    bound = coupon["product_ids"] or coupon["product_categories"]
    narrowed = bound or coupon["excluded_product_ids"] or coupon["excluded_product_categories"]
    if (coupon["exclude_sale_items"] or narrowed) and not any(fits(shop, coupon, line) for line in lines):
        raise _refused(f"Sorry, coupon {_quoted(coupon['code'])} is not applicable to selected products.")
    whole_cart = coupon["discount_type"] == "fixed_cart"
    if whole_cart and coupon["exclude_sale_items"] and any(_sold_off(shop, line) for line in lines):
        raise _refused(f"Sorry, coupon {_quoted(coupon['code'])} is not valid for sale items.")


def _sold_off(shop: Shop, line: Row) -> bool:
    product = shop.products.get(line["variation_id"] or line["product_id"])
    return bool(product and on_sale(shop, product))


def fits(shop: Shop, coupon: Row, line: Row) -> bool:
    """is_valid_for_product(): includes, excludes, categories and sale items."""
    ids = {line["product_id"], line["variation_id"]} - {0}
    product = shop.products.get(line["product_id"])
    categories = {term["id"] for term in product["categories"]} if product else set()
    if coupon["exclude_sale_items"] and _sold_off(shop, line):
        return False
    if ids & set(coupon["excluded_product_ids"]) or categories & set(coupon["excluded_product_categories"]):
        return False
    if not (coupon["product_ids"] or coupon["product_categories"]):
        return True
    return bool(ids & set(coupon["product_ids"]) or categories & set(coupon["product_categories"]))


def share_out(shop: Shop, coupons: Sequence[Row], lines: Sequence[Row]) -> ShareOut:
    """The cents each coupon takes off each line."""
    settings = shop.tax_settings()
    items = [Item(row["id"], _cents(row, settings), row["quantity"]) for row in lines]
    by_id = {row["id"]: row for row in lines}
    out = ShareOut(items, settings.decimals, shop.option("woocommerce_calc_discounts_sequentially"))
    for coupon in coupons:
        deal = Deal(coupon["code"], coupon["discount_type"], number(coupon["amount"]), coupon["limit_usage_to_x_items"])
        fitting = {key for key, row in by_id.items() if deal.kind == "fixed_cart" or fits(shop, coupon, row)}
        out.apply(deal, fitting)
    return out


def _cents(row: Row, settings: TaxSettings) -> Decimal:
    line = as_line(row, "line")
    amount = line.subtotal
    if settings.prices_include_tax:
        amount += line.tax(settings, of_subtotal=True)
    return rounded(amount.scaleb(settings.decimals), 4)


def apply_to_lines(shop: Shop, order: Row, coupons: Sequence[Row], place: Place) -> None:
    """recalculate_coupons(): line totals go back to their subtotals, then every coupon is taken off."""
    settings = shop.tax_settings()
    for row in order["line_items"]:
        row["total"] = row["subtotal"]
    out = share_out(shop, coupons, order["line_items"])
    for row in order["line_items"]:
        given = out.on(row["id"]).scaleb(-settings.decimals)
        row["total"] = max(ZERO, row["total"] - given + _tax_in(given, row, settings, place))
    known = {row["code"]: row for row in order["coupon_lines"]}
    order["coupon_lines"] = []
    for coupon in coupons:
        line = known.get(coupon["code"]) or _coupon_line(shop, coupon)
        line["discount"] = line["discount_tax"] = ZERO
        for row in order["line_items"]:
            cents = out.given[coupon["code"]].get(row["id"], ZERO).scaleb(-settings.decimals)
            tax = _tax_in(cents, row, settings, place)
            line["discount"] += cents - tax
            line["discount_tax"] += tax if settings.prices_include_tax else _tax_on(cents, row, settings, place)
        order["coupon_lines"].append(line)


def _tax_in(given: Decimal, row: Row, settings: TaxSettings, place: Place) -> Decimal:
    if not (settings.prices_include_tax and settings.enabled and row["tax_status"] == "taxable"):
        return ZERO
    rates = find_rates(settings, place, row["tax_class"])
    return sum(calc_tax(given, rates, inclusive=True).values(), ZERO)


def _tax_on(given: Decimal, row: Row, settings: TaxSettings, place: Place) -> Decimal:
    if not (settings.enabled and row["tax_status"] == "taxable"):
        return ZERO
    rates = find_rates(settings, place, row["tax_class"])
    return sum(calc_tax(given, rates, inclusive=False).values(), ZERO)


def _coupon_line(shop: Shop, coupon: Row) -> Row:
    kind = coupon["discount_type"]
    return {
        "id": next(shop.ids.items),
        "meta_id": next(shop.ids.meta),
        "code": coupon["code"],
        "coupon_id": coupon["id"],
        "discount_type": kind,
        "info_type": None if kind == "fixed_cart" else kind,
        "nominal": json_number(number(coupon["amount"])),
        "free_shipping": coupon["free_shipping"],
    }


_NOT_COUNTED = ("cancelled", "failed", "trash", "checkout-draft", "auto-draft")


def count_usage(shop: Shop, order: Row) -> None:
    """Bring usage_count and used_by of the order's coupons in line with its status."""
    wanted = [] if order["status"] in _NOT_COUNTED else [line["coupon_id"] for line in order["coupon_lines"]]
    who = str(order["customer_id"] or order["billing"].get("email") or "")
    for coupon_id in order["counted"]:
        if coupon_id not in wanted and coupon_id in shop.coupons:
            coupon = shop.coupons[coupon_id]
            coupon["usage_count"] = max(0, coupon["usage_count"] - 1)
            if who in coupon["used_by"]:
                coupon["used_by"].remove(who)
    for coupon_id in wanted:
        if coupon_id not in order["counted"]:
            coupon = shop.coupons[coupon_id]
            coupon["usage_count"] += 1
            if who:
                coupon["used_by"].append(who)
    order["counted"] = list(wanted)
