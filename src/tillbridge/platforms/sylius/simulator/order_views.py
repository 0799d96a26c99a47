"""An order as its shopper and as staff read it, with its payments, shipments and adjustments."""

from __future__ import annotations

from .reckoning import Sums, reckon
from .state import ADMIN, SHOP, Row, Shop


def sums_of(shop: Shop, order: Row) -> Sums:
    """A placed order keeps the sums it was placed with."""
    found = order["sums"] or reckon(shop, order)
    assert isinstance(found, Sums)
    return found


def shop_view(shop: Shop, order: Row) -> Row:
    """As its shopper sees it, cart or order."""
    at, sums = f"{SHOP}/orders/{order['token']}", sums_of(shop, order)
    coupon: Row | None = None
    if order["coupon"]:
        iri = f"{SHOP}/promotion-coupons/{order['coupon']}"
        coupon = {"@id": iri, "@type": "PromotionCoupon", "code": order["coupon"]}
    head: Row = {
        "@id": at,
        "@type": "Order",
        "customer": _customer(shop, order),
        "channel": f"{SHOP}/channels/{order['channel']}",
        "shippingAddress": _address(order["shipping"], SHOP),
        "billingAddress": _address(order["billing"], SHOP),
        **_choices(order, SHOP, at),
        "currencyCode": order["currency"],
        "localeCode": order["locale"],
        "promotionCoupon": coupon,
        **_states(order),
        "tokenValue": order["token"],
        "checkoutCompletedAt": shop.written(order["completedAt"]),
        "number": order["number"],
        "items": [_shop_item(shop, at, item, sums, place) for place, item in enumerate(order["items"])],
        **_money(order, sums),
    }
    if shop.switches.release in ("1.14", "2.0"):
        for name in ("checkoutCompletedAt", "promotionCoupon"):
            del head[name]
    return head


def staff_view(shop: Shop, order: Row, *, single: bool = True) -> Row:
    """As staff see it; the address of the shopper's machine only when read by itself."""
    at, sums = f"{ADMIN}/orders/{order['token']}", sums_of(shop, order)
    found: Row = {
        "@id": at,
        "@type": "Order",
        "customer": f"{ADMIN}/customers/{order['customer']}" if order["customer"] else None,
        "channel": f"{ADMIN}/channels/{order['channel']}",
        "shippingAddress": _address(order["shipping"], ADMIN),
        "billingAddress": _address(order["billing"], ADMIN),
        **_choices(order, ADMIN, ADMIN),
        "currencyCode": order["currency"],
        "localeCode": order["locale"],
        **_states(order),
        "tokenValue": order["token"],
        "customerIp": "127.0.0.1",
        "id": order["id"],
        "checkoutCompletedAt": shop.written(order["completedAt"]),
        "number": order["number"],
        "notes": order["notes"],
        "items": [_staff_item(shop, item, sums, place) for place, item in enumerate(order["items"])],
        **_money(order, sums),
    }
    if not single:
        del found["customerIp"]
    if shop.switches.release in ("1.14", "2.0"):
        del found["checkoutCompletedAt"]
    return found


def _states(order: Row) -> Row:
    return {name: order[name] for name in ("checkoutState", "paymentState", "shippingState")}


def _customer(shop: Shop, order: Row) -> Row | None:
    if not order["customer"]:
        return None
    row = shop.customers[order["customer"]]
    return {"@id": f"{SHOP}/customers/{row['id']}", "@type": "Customer", "email": row["email"]}


def _address(row: Row | None, section: str) -> Row | None:
    if row is None:
        return None
    names = ("firstName", "lastName", "phoneNumber", "company", "countryCode", "provinceCode", "provinceName")
    found: Row = {"@id": f"{section}/addresses/{row['id']}", "@type": "Address"}
    found |= {name: row.get(name) for name in (*names, "street", "city", "postcode")}
    if section == ADMIN:
        del found["provinceCode"]
    return found


def _choices(order: Row, section: str, base: str) -> Row:
    def choice(row: Row, noun: str, kind: str, methods: str) -> Row:
        method = f"{section}/{methods}/{row['method']}" if row["method"] else None
        return {"@id": f"{base}/{noun}/{row['id']}", "@type": kind, "id": row["id"], "method": method}

    return {
        "payments": [choice(each, "payments", "Payment", "payment-methods") for each in order["payments"]],
        "shipments": [choice(each, "shipments", "Shipment", "shipping-methods") for each in order["shipments"]],
    }


def _shop_item(shop: Shop, at: str, item: Row, sums: Sums, place: int) -> Row:
    line = sums.lines[place]
    reduced = line.unit_price - line.unit_off
    head = {"@id": f"{at}/items/{item['id']}", "@type": "OrderItem", **_goods(shop, item, SHOP)}
    head |= {"unitPrice": line.unit_price, "originalUnitPrice": line.original, "total": line.total}
    return head | {"discountedUnitPrice": reduced, "subtotal": reduced * item["quantity"]}


def _staff_item(shop: Shop, item: Row, sums: Sums, place: int) -> Row:
    line = sums.lines[place]
    reduced = (line.unit_price - line.unit_off) * item["quantity"]
    head = {"@id": f"{ADMIN}/order-items/{item['id']}", "@type": "OrderItem", **_goods(shop, item, ADMIN)}
    head |= {"unitPrice": line.unit_price, "originalUnitPrice": line.original, "total": line.total}
    head["units"] = [f"{ADMIN}/order-item-units/{each}" for each in item["units"]]
    return head | {"fullDiscountedUnitPrice": line.units[0] if line.units else 0, "subtotal": reduced}


def _goods(shop: Shop, item: Row, section: str) -> Row:
    found: Row = {"variant": f"{section}/product-variants/{item['variant']}", "productName": item["productName"]}
    if shop.switches.release not in ("1.14", "2.0"):
        found["variantName"] = item["variantName"]
    return found | {"id": item["id"], "quantity": item["quantity"]}


def _money(order: Row, sums: Sums) -> Row:
    return {
        "itemsTotal": sums.items_total,
        "total": sums.total,
        "state": order["state"],
        "itemsSubtotal": sums.subtotal,
        "taxTotal": sums.tax_included + sums.tax_excluded,
        "shippingTaxTotal": 0,
        "taxExcludedTotal": sums.tax_excluded,
        "taxIncludedTotal": sums.tax_included,
        "shippingTotal": sums.shipping_total,
        "orderPromotionTotal": sums.promotion_total,
        "shippingPromotionTotal": -sums.shipping_off,
    }


def adjustments(shop: Shop, order: Row, section: str) -> list[Row]:
    """Everything that came on or off, piece by piece."""
    sums = sums_of(shop, order)
    rows: list[tuple[str, str, int, bool]] = []
    if order["shipments"]:
        method = shop.shipping_methods.get(order["shipments"][0]["method"] or "", {})
        rows.append(("shipping", str(method.get("name", "")), sums.shipping, False))
    for at, line in enumerate(sums.lines):
        off = [(label, cents) for label, place, cents in sums.off if place == at]
        taxes = [
            line.tax // len(line.units) + (1 if each < line.tax % len(line.units) else 0)
            for each in range(len(line.units))
        ]
        for piece in range(len(line.units)):
            kind = "order_unit_promotion" if line.unit_off else "order_promotion"
            rows += [(kind, label, -cents, False) for label, cents in off[piece :: len(line.units)]]
            if line.tax_label:
                rows.append(("tax", line.tax_label, taxes[piece], line.tax_included))
    return [
        {
            "@id": f"{section}/adjustments/{number}",
            "@type": "Adjustment",
            "id": number,
            "type": kind,
            "label": label,
            "amount": amount,
            "neutral": neutral,
        }
        for number, (kind, label, amount, neutral) in enumerate(rows, 4)
    ]


def payment_view(shop: Shop, order: Row, row: Row) -> Row:
    """A payment as staff read it."""
    method = shop.payment_methods.get(row["method"] or "", {})
    iri = f"{ADMIN}/payment-methods/{row['method']}"
    told: Row = {"@id": f"{iri}/translations/{shop.locale}", "@type": "PaymentMethodTranslation"}
    told["name"] = method.get("name", "")
    return {
        "@id": f"{ADMIN}/payments/{row['id']}",
        "@type": "Payment",
        "order": f"{ADMIN}/orders/{order['token']}",
        "id": row["id"],
        "method": {"@id": iri, "@type": "PaymentMethod", "translations": {shop.locale: told}},
        "currencyCode": order["currency"],
        "amount": sums_of(shop, order).total,
        "state": row["state"],
        "details": [],
        "createdAt": shop.written(row["createdAt"]),
        "updatedAt": shop.written(row["updatedAt"]),
    }
