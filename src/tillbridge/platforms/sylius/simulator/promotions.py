"""Promotions and coupons: which hold for a cart, what staff read of them, and their use counts."""

from __future__ import annotations

from .collections import listed
from .http import Call, Reply, context, not_found
from .state import ADMIN, Row, Shop


def coupon_named(shop: Shop, code: object) -> Row | None:
    """As the shop's database compares texts: capitals are no difference."""
    wanted = str(code or "").lower()
    return next((each for name, each in shop.coupons.items() if name.lower() == wanted), None)


def holding(shop: Shop, order: Row, worth: int) -> list[Row]:
    """The promotions that hold for a cart, best first; an exclusive one stands alone."""
    coupon = coupon_named(shop, order["coupon"]) if order["coupon"] else None
    found = [
        each
        for each in shop.promotions.values()
        if (not each["couponBased"] or (coupon is not None and coupon["promotion"] == each["code"]))
        and _open(shop, order, each, worth)
    ]
    found.sort(key=lambda each: -each["priority"])
    alone = [each for each in found if each["exclusive"]]
    return alone[:1] or found


def _open(shop: Shop, order: Row, promotion: Row, worth: int) -> bool:
    now = shop.now()
    begun = promotion["startsAt"] is None or promotion["startsAt"] <= now
    running = promotion["endsAt"] is None or promotion["endsAt"] >= now
    left = promotion["usageLimit"] is None or promotion["used"] < promotion["usageLimit"]
    here = order["channel"] in promotion["channels"] and promotion["archivedAt"] is None
    return begun and running and left and here and all(_fits(shop, order, each, worth) for each in promotion["rules"])


def _fits(shop: Shop, order: Row, rule: Row, worth: int) -> bool:
    settings = rule["configuration"]
    match rule["type"]:
        case "item_total":
            return worth >= int((settings.get(order["channel"]) or {}).get("amount", 0))
        case "cart_quantity":
            return sum(int(each["quantity"]) for each in order["items"]) >= int(settings["count"])
        case "contains_product":
            sold = {shop.variants[each["variant"]]["product"] for each in order["items"]}
            return settings["product_code"] in sold
    return False


def takes_coupon(shop: Shop, order: Row, code: object, worth: int, customer: int | None) -> bool:
    """Whether a cart may carry a code: the shop says yes or no, never why."""
    coupon = coupon_named(shop, code)
    if coupon is None or (coupon["expiresAt"] is not None and coupon["expiresAt"] < shop.now()):
        return False
    if coupon["usageLimit"] is not None and coupon["used"] >= coupon["usageLimit"]:
        return False
    limit = coupon["perCustomerUsageLimit"]
    if limit is not None and customer is not None and _used_by(shop, coupon["code"], customer) >= limit:
        return False
    return _open(shop, order, shop.promotions[coupon["promotion"]], worth)


def _used_by(shop: Shop, code: str, customer: int) -> int:
    placed = [each for each in shop.orders.values() if each["checkoutState"] == "completed"]
    return sum(1 for each in placed if each["coupon"] == code and each["customer"] == customer)


def count_use(shop: Shop, order: Row, applied: list[Row], by: int = 1) -> None:
    """An order was placed, or a cancelled one gives its use back where the coupon says so."""
    coupon = coupon_named(shop, order["coupon"]) if order["coupon"] else None
    if coupon is not None and (by > 0 or coupon["reusableFromCancelledOrders"]):
        coupon["used"] += by
    for each in applied:
        each["used"] += by


def promotion_list(call: Call) -> Reply:
    """Staff's list; by the code of a coupon, exactly."""
    wanted = [each.lower() for each in call.every("coupons.code")]
    owners = {each["promotion"] for name, each in call.shop.coupons.items() if name.lower() in wanted}
    rows = [each for each in call.shop.promotions.values() if not wanted or each["code"] in owners]
    return listed(call, "Promotion", rows, lambda row: promotion_view(call.shop, row), "promotions")


def promotion_view(shop: Shop, row: Row) -> Row:
    """A promotion as staff read it."""
    at = f"{ADMIN}/promotions/{row['code']}"
    coupons = [f"{at}/coupons/{each['code']}" for each in shop.coupons.values() if each["promotion"] == row["code"]]
    words: Row = {"@id": f"{at}/translations/{shop.locale}", "@type": "PromotionTranslation", "label": row["label"]}
    return {
        "@id": at,
        "@type": "Promotion",
        "channels": [f"{ADMIN}/channels/{each}" for each in row["channels"]],
        "id": row["id"],
        "code": row["code"],
        "name": row["name"],
        "description": None,
        "priority": row["priority"],
        "exclusive": row["exclusive"],
        "usageLimit": row["usageLimit"],
        "used": row["used"],
        "startsAt": shop.written(row["startsAt"]),
        "endsAt": shop.written(row["endsAt"]),
        "couponBased": row["couponBased"],
        "coupons": coupons,
        "rules": [_part(at, "rules", "PromotionRule", each) for each in row["rules"]],
        "actions": [_part(at, "actions", "PromotionAction", each) for each in row["actions"]],
        "appliesToDiscounted": True,
        "archivedAt": shop.written(row["archivedAt"]),
        "createdAt": shop.written(row["createdAt"]),
        "updatedAt": shop.written(row["createdAt"]),
        "translations": {shop.locale: words},
    }


def _part(at: str, noun: str, kind: str, row: Row) -> Row:
    head = {"@id": f"{at}/{noun}/{row['id']}", "@type": kind, "id": row["id"]}
    return {**head, "type": row["type"], "configuration": row["configuration"]}


def coupon_read(call: Call) -> Reply:
    """One coupon below its promotion."""
    coupon = coupon_named(call.shop, call.words["code"])
    if coupon is None or coupon["promotion"] != call.words["promotion"]:
        raise not_found()
    return Reply(context("PromotionCoupon", coupon_view(call.shop, coupon)))


def old_coupon_list(call: Call) -> Reply:
    """All coupons at one address, as Sylius 1 has them."""
    rows = list(call.shop.coupons.values())
    return listed(call, "PromotionCoupon", rows, lambda row: coupon_view(call.shop, row))


def coupon_view(shop: Shop, row: Row) -> Row:
    """A coupon as staff read it."""
    owner = f"{ADMIN}/promotions/{row['promotion']}"
    return {
        "@id": f"{owner}/coupons/{row['code']}",
        "@type": "PromotionCoupon",
        "perCustomerUsageLimit": row["perCustomerUsageLimit"],
        "reusableFromCancelledOrders": row["reusableFromCancelledOrders"],
        "code": row["code"],
        "usageLimit": row["usageLimit"],
        "used": row["used"],
        "promotion": owner,
        "expiresAt": shop.written(row["expiresAt"]),
        "createdAt": shop.written(row["createdAt"]),
        "updatedAt": shop.written(row["createdAt"]),
    }
