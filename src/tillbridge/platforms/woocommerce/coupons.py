"""Coupons: reading one by its code, and judging it by every rule WooCommerce tells. Called by discounts and orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import Offer, OfferLine
from tillbridge.domain.orders import Order
from tillbridge.platforms.reading import parse, utc
from tillbridge.platforms.woocommerce import wire
from tillbridge.platforms.woocommerce.calls import Rest
from tillbridge.platforms.woocommerce.order_mapping import DISCOUNT_TYPES


async def find_coupon(rest: Rest, code: str) -> wire.Coupon | None:
    """The coupon with exactly this code, whatever the case. An empty code would list them all, so it is not asked."""
    wanted = code.strip().lower()
    if not wanted:
        return None
    rows = await rest.rows("/wc/v3/coupons", "coupon.find", (("code", wanted),))
    found = [parse(wire.Coupon, row, f"$[{at}]") for at, row in enumerate(rows)]
    return next((each for each in found if each.code.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Goods:
    """What the shop knows of a line's product beyond the till: its categories, and whether it is on sale."""

    categories: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By external product id."""


def fitting(coupon: wire.Coupon, lines: Sequence[OfferLine], goods: Goods) -> tuple[int, ...]:
    """The indices of the lines a coupon applies to."""
    return tuple(at for at, line in enumerate(lines) if _fits(coupon, line, goods))


def _fits(coupon: wire.Coupon, line: OfferLine, goods: Goods) -> bool:
    ids = {int(each) for each in (line.external_product_id, line.external_variant_id) if each.isdigit()}
    categories = goods.categories.get(line.external_product_id, frozenset())
    if coupon.exclude_sale_items and line.on_sale:
        return False
    if ids & set(coupon.excluded_product_ids) or categories & set(coupon.excluded_product_categories):
        return False
    if not (coupon.product_ids or coupon.product_categories):
        return bool(ids)
    return bool(ids & set(coupon.product_ids) or categories & set(coupon.product_categories))


def needs_categories(coupon: wire.Coupon) -> bool:
    """Whether a coupon can be judged only with the products' categories."""
    return bool(coupon.product_categories or coupon.excluded_product_categories)


def refusal(coupon: wire.Coupon, offer: Offer, goods: Goods, now: datetime) -> str | None:
    """Why the coupon does not hold for this basket, in words; None when it does."""
    spend = total([each.total for each in offer.lines], offer.currency)
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: coupon.status != "publish", "it is not active"),
        (lambda: coupon.discount_type not in DISCOUNT_TYPES, f"its kind “{coupon.discount_type}” belongs to an add-on"),
        (lambda: _expired(coupon, now), "it has expired"),
        (lambda: coupon.usage_limit is not None and coupon.usage_count >= coupon.usage_limit > 0, "it is used up"),
        (lambda: _used_by(coupon, offer.customer_email), "this shopper has used it as often as allowed"),
        (lambda: _outside(spend, coupon.minimum_amount, below=True), f"it needs a basket of {coupon.minimum_amount}"),
        (lambda: _outside(spend, coupon.maximum_amount, below=False), f"it holds up to {coupon.maximum_amount}"),
        (lambda: not _mail_fits(coupon, offer.customer_email), "it is for certain shoppers only"),
        (lambda: coupon.individual_use and bool(offer.other_codes), "it cannot be combined with another code"),
        (lambda: not fitting(coupon, offer.lines, goods), "nothing in the basket is eligible for it"),
        (lambda: _sale_in_cart(coupon, offer), "it does not hold with goods on sale in the basket"),
    )
    return next((words for applies, words in rules if applies()), None)


JUDGED_BY_US = (
    "expiry",
    "usage limit",
    "limit per shopper",
    "minimum and maximum spend",
    "products and categories",
    "goods on sale",
    "e-mail restrictions",
    "single use",
)


def _expired(coupon: wire.Coupon, now: datetime) -> bool:
    ends = utc(coupon.date_expires_gmt)
    return ends is not None and ends < now


def _used_by(coupon: wire.Coupon, email: str) -> bool:
    limit = coupon.usage_limit_per_user
    used = [each.lower() for each in coupon.used_by]
    return bool(limit) and bool(email) and used.count(email.lower()) >= (limit or 0)


def _outside(spend: Money, bound: Decimal | None, *, below: bool) -> bool:
    if not bound:
        return False
    return spend.amount < bound if below else spend.amount > bound


def _mail_fits(coupon: wire.Coupon, email: str) -> bool:
    allowed = [each.lower() for each in coupon.email_restrictions]
    return not allowed or any(fnmatchcase(email.lower(), each) for each in allowed)


def _sale_in_cart(coupon: wire.Coupon, offer: Offer) -> bool:
    on_sale = any(each.on_sale for each in offer.lines)
    return coupon.discount_type == "fixed_cart" and coupon.exclude_sale_items and on_sale


def still_valid(coupon: wire.Coupon, order: Order, now: datetime) -> bool:
    """Whether the shop would take the code with an already paid sale, as far as the sale tells without more reads.

    An order carries no e-mail and we do not read categories here, so coupons that need them go out as priced lines.
    """
    if coupon.email_restrictions or coupon.exclude_sale_items or needs_categories(coupon):
        return False
    lines = tuple(
        OfferLine(
            each.listing.external_product_id, each.listing.external_variant_id, each.sku, each.quantity, each.subtotal
        )
        for each in order.lines
        if each.listing is not None
    )
    return refusal(coupon, Offer(order.currency, lines), Goods(), now) is None
