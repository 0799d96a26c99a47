"""Orders of the pretended shop: made from given prices and taxes, and cancelled in the background."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from . import people
from .finding import by_metafield, is_unique
from .order_views import counts, order_view, taxes_of, totals
from .shop import CURRENCY, Row, Shop, moment, money, user_error, worth

_CENT = Decimal("0.01")
_JOB_TAKES = timedelta(seconds=2)


def create(shop: Shop, order: Row, options: Row | None) -> Row:
    """A second call makes a second order, unless the unique reference field stops it."""
    errors = [*_line_errors(shop, order), *_order_errors(shop, order)]
    behaviour = (options or {}).get("inventoryBehaviour", "BYPASS")
    if not errors and behaviour == "DECREMENT_OBEYING_POLICY":
        errors = _short(shop, order)
    if errors:
        return {"order": None, "userErrors": errors}
    row = _row(shop, order)
    shop.orders[row["id"]] = row
    if behaviour != "BYPASS":
        _take_stock(shop, row)
    if row["discount_code"]:
        shop.uses.append((shop.now(), row["discount_code"]))
    _mail(shop, row, options or {})
    _announce(shop, row)
    return {"order": order_view(shop, row), "userErrors": []}


def _line_errors(shop: Shop, order: Row) -> list[Row]:
    errors = (
        []
        if order.get("lineItems")
        else [user_error(["order", "lineItems"], "Line items must have at least one line item")]
    )
    for at, line in enumerate(order.get("lineItems") or ()):
        path = ["order", "lineItems", str(at)]
        if line["quantity"] <= 0:
            errors.append(user_error([*path, "quantity"], "Quantity must be greater than 0"))
        if line.get("variantId") and line["variantId"] not in shop.variants:
            errors.append(user_error([*path, "variantId"], "Variant does not exist"))
        if not line.get("variantId") and not line.get("title"):
            errors.append(user_error([*path, "title"], "Title can't be blank"))
        if order.get("taxLines") and line.get("taxLines"):
            errors.append(user_error([*path, "taxLines"], "Tax lines must be given per line or per order, not both"))
        errors += _rate_errors(line.get("taxLines"), path)
    return [*errors, *_rate_errors(order.get("taxLines"), ["order"])]


def _rate_errors(taxes: list[Row] | None, path: list[str]) -> list[Row]:
    """A rate is a fraction: 0.23 for 23 %."""
    wrong = [at for at, each in enumerate(taxes or ()) if not Decimal(0) <= Decimal(str(each["rate"])) <= Decimal(1)]
    return [
        user_error([*path, "taxLines", str(at), "rate"], "Rate is invalid", "TAX_LINE_RATE_MISSING") for at in wrong
    ]


def _order_errors(shop: Shop, order: Row) -> list[Row]:
    errors: list[Row] = []
    asked = ((order.get("customer") or {}).get("toAssociate") or {}).get("id")
    if asked and asked not in shop.customers:
        errors.append(user_error(["order", "customer", "toAssociate", "id"], "Customer does not exist"))
    place = (order.get("fulfillment") or {}).get("locationId")
    if place and place not in shop.locations:
        errors.append(user_error(["order", "fulfillment", "locationId"], "Location does not exist"))
    for at, field in enumerate(order.get("metafields") or ()):
        if is_unique(shop, field) and by_metafield(shop, field["namespace"], field["key"], field["value"]):
            path = ["order", "metafields", str(at), "value"]
            errors.append(user_error(path, "Value is already assigned to another metafield. Choose a different value."))
    return errors


def _short(shop: Shop, order: Row) -> list[Row]:
    """Lines of one variant add up."""
    errors = []
    asked: Counter[str] = Counter()
    place = _stock_place(shop, order)
    for at, line in enumerate(order["lineItems"]):
        variant = shop.variants.get(line.get("variantId") or "")
        if variant is None or not variant["tracked"]:
            continue
        asked[variant["item_id"]] += line["quantity"]
        if shop.levels.get((variant["item_id"], place), (0, ""))[0] < asked[variant["item_id"]]:
            path = ["order", "lineItems", str(at)]
            errors.append(user_error(path, "Unable to claim inventory", "INVENTORY_CLAIM_FAILED"))
    return errors


def _stock_place(shop: Shop, order: Row) -> str:
    """The named location, or the shop's first."""
    return (order.get("fulfillment") or {}).get("locationId") or next(iter(shop.locations))


def _sold_at(shop: Shop, order: Row) -> str:
    """A sale in the future is taken to be now."""
    given = order.get("processedAt")
    return shop.stamp(min(moment(given), shop.now())) if given else shop.stamp()


def _row(shop: Shop, order: Row) -> Row:
    now = shop.stamp()
    lines = [_line(shop, each) for each in order["lineItems"]]
    shipping = [_shipping(shop, each) for each in order.get("shippingLines") or ()]
    code, applications = _discount(order.get("discountCode") or {}, lines, shipping)
    return {
        "id": shop.gid("Order"), "name": order.get("name") or f"#{next(shop.order_numbers)}", "createdAt": now,
        "processedAt": _sold_at(shop, order), "updatedAt": now, "cancelledAt": None, "cancelReason": None,
        "voided": False, "closedAt": None, "test": bool(order.get("test")), "email": order.get("email"),
        "phone": order.get("phone"), "note": order.get("note"), "tags": order.get("tags") or [],
        "poNumber": order.get("poNumber"), "sourceIdentifier": order.get("sourceIdentifier"),
        "sourceName": order.get("sourceName"), "currencyCode": order.get("currency") or CURRENCY,
        "taxesIncluded": bool(order.get("taxesIncluded")), "financial": order.get("financialStatus"),
        "handed_over": order.get("fulfillmentStatus") == "FULFILLED", "stock_location": _stock_place(shop, order),
        "customAttributes": order.get("customAttributes") or [], "customer_id": _customer(shop, order),
        "location_id": (order.get("fulfillment") or {}).get("locationId"), "lines": lines, "shipping": shipping,
        "discount_code": code, "applications": applications, "order_taxes": order.get("taxLines") or [],
        "billingAddress": _address(shop, order.get("billingAddress")),
        "shippingAddress": _address(shop, order.get("shippingAddress")),
        "metafields": order.get("metafields") or [], "stock_taken": False, "refunds": [],
        "payments": [_payment(shop, each) for each in order.get("transactions") or ()],
    }  # fmt: skip


def _line(shop: Shop, given: Row) -> Row:
    variant = shop.variants.get(given.get("variantId") or "")
    unit = worth(given.get("priceSet")) if given.get("priceSet") else Decimal(variant["price"] if variant else 0)
    product = shop.products[variant["product_id"]] if variant else None
    return {
        "id": shop.gid("LineItem"), "title": given.get("title") or (product["title"] if product else ""),
        "variantTitle": variant["title"] if variant else None,
        "sku": given.get("sku") or (variant["sku"] if variant else None), "quantity": given["quantity"],
        "returned": 0, "taxable": given.get("taxable", True), "requiresShipping": given.get("requiresShipping", False),
        "isGiftCard": bool(given.get("giftCard")), "unit": unit, "off": Decimal(0),
        "customAttributes": [{"key": each["name"], "value": each["value"]} for each in given.get("properties") or ()],
        "variant_id": variant["id"] if variant else None,
        "taxes": taxes_of(given.get("taxLines")),
    }  # fmt: skip


def _discount(given: Row, lines: list[Row], shipping: list[Row]) -> tuple[str, list[Row]]:
    """Takes the code's worth off the lines, or off shipping. The code is recorded, not judged."""
    if part := given.get("itemPercentageDiscountCode"):
        percentage = Decimal(str(part["percentage"]))
        for line in lines:
            line["off"] = (line["unit"] * line["quantity"] * percentage / 100).quantize(_CENT, ROUND_HALF_UP)
        value: Row = {"__typename": "PricingPercentageValue", "percentage": -float(percentage)}
        return part["code"], [_application(part["code"], value)]
    if part := given.get("itemFixedDiscountCode"):
        amount = worth(part["amountSet"])
        _spread(amount, lines)
        return part["code"], [_application(part["code"], money(amount))]
    if part := given.get("freeShippingDiscountCode"):
        for line in shipping:
            line["off"] = line["price"]
        value = {"__typename": "PricingPercentageValue", "percentage": -100.0}
        return part["code"], [_application(part["code"], value, "SHIPPING_LINE")]
    return "", []


def _application(code: str, value: Row, target: str = "LINE_ITEM") -> Row:
    return {
        "__typename": "DiscountCodeApplication", "code": code, "value": value, "allocationMethod": "ACROSS",
        "targetSelection": "ALL", "targetType": target,
    }  # fmt: skip


def _spread(amount: Decimal, lines: list[Row]) -> None:
    """In proportion, the last line takes what rounding left."""
    whole = sum((line["unit"] * line["quantity"] for line in lines), Decimal(0))
    left = min(amount, whole)
    for line in lines[:-1]:
        line["off"] = (
            (amount * line["unit"] * line["quantity"] / whole).quantize(_CENT, ROUND_HALF_UP) if whole else Decimal(0)
        )
        left -= line["off"]
    lines[-1]["off"] = left


def _shipping(shop: Shop, given: Row) -> Row:
    return {
        "id": shop.gid("ShippingLine"), "title": given["title"], "code": given.get("code"),
        "price": worth(given["priceSet"]), "off": Decimal(0), "taxes": taxes_of(given.get("taxLines")),
    }  # fmt: skip


def _customer(shop: Shop, order: Row) -> str | None:
    customer = order.get("customer") or {}
    if link := customer.get("toAssociate"):
        return link.get("id") or (people.with_email(shop, link.get("email")) or {}).get("id")
    if given := customer.get("toUpsert"):
        known = people.with_email(shop, given.get("email"))
        return str((known or people.add(shop, given))["id"])
    return None


def _address(shop: Shop, given: Row | None) -> Row | None:
    return people.address(shop, given) if given else None


def _payment(shop: Shop, given: Row) -> Row:
    return {
        "id": shop.gid("OrderTransaction"), "kind": given.get("kind", "SALE"), "status": given.get("status", "SUCCESS"),
        "gateway": given.get("gateway"), "processedAt": given.get("processedAt"), "amount": worth(given["amountSet"]),
        "parent": None,
    }  # fmt: skip


def _take_stock(shop: Shop, row: Row, sign: int = -1) -> None:
    for line in row["lines"]:
        variant = shop.variants.get(line["variant_id"] or "")
        if variant and variant["tracked"]:
            left = line["quantity"] - line["returned"]
            shop.move_stock(variant["item_id"], row["stock_location"], sign * left)
            shop.tell("PRODUCTS_UPDATE", variant["product_id"])
    row["stock_taken"] = sign < 0


def _announce(shop: Shop, row: Row) -> None:
    shop.tell("ORDERS_CREATE", row["id"])
    if totals(row)["paid"] >= totals(row)["total"]:
        shop.tell("ORDERS_PAID", row["id"])


def _mail(shop: Shop, row: Row, options: Row) -> None:
    if row["email"] and options.get("sendReceipt"):
        shop.mail(row["email"], f"Order {row['name']} confirmed")
    if row["email"] and options.get("sendFulfillmentReceipt"):
        shop.mail(row["email"], f"A shipment from order {row['name']} is on the way")


def cancel(shop: Shop, order_id: str, reason: str, restock: bool, notify: bool) -> Row:
    """Done in the background: the job ends a little later."""
    row = shop.orders.get(order_id)
    if row is None:
        return {"job": None, "orderCancelUserErrors": [user_error(["orderId"], "Order does not exist", "NOT_FOUND")]}
    if row["cancelledAt"]:
        return {"job": None, "orderCancelUserErrors": [user_error(["orderId"], "Order has already been cancelled")]}
    due = shop.later(_JOB_TAKES, lambda: _finish_cancel(shop, row, reason, restock, notify))
    job: Row = {"id": shop.gid("Job"), "due": due}
    shop.jobs[job["id"]] = job
    return {"job": {"id": job["id"], "done": False}, "orderCancelUserErrors": []}


def _finish_cancel(shop: Shop, row: Row, reason: str, restock: bool, notify: bool) -> None:
    """Gives back what is left of the payments, and the goods when asked; a second run finds nothing to do."""
    if row["cancelledAt"]:
        return
    left = totals(row)["paid"] - totals(row)["back"]
    for payment in [each for each in row["payments"] if counts(each, "SALE")]:
        amount = min(payment["amount"], left)
        left -= amount
        if amount:
            refund = {"id": shop.gid("OrderTransaction"), "kind": "REFUND", "parent": payment["id"], "amount": amount}
            row["payments"].append({**payment, **refund})
    row["voided"] = True
    row["cancelledAt"], row["cancelReason"], row["updatedAt"] = shop.stamp(), reason, shop.stamp()
    if restock and row["stock_taken"]:
        _take_stock(shop, row, sign=1)
    if notify and row["email"]:
        shop.mail(row["email"], f"Order {row['name']} has been cancelled")
    for topic in ("ORDERS_CANCELLED", "ORDERS_UPDATED"):
        shop.tell(topic, row["id"])
