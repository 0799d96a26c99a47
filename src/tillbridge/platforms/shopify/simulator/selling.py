"""Orders of the pretended shop: made from given prices and taxes, found, listed and cancelled."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from graphql import GraphQLError

from . import paging, people
from .goods import product_view, variant_view
from .shop import CURRENCY, Row, Shop, bag, money, number, user_error, worth

_WINDOW = timedelta(days=60)
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
    return errors


def _order_errors(shop: Shop, order: Row) -> list[Row]:
    errors: list[Row] = []
    customer = order.get("customer") or {}
    if len([each for each in customer.values() if each]) > 1:
        errors.append(user_error(["order", "customer"], "only one may be given", "REDUNDANT_CUSTOMER_FIELDS"))
    asked = (customer.get("toAssociate") or {}).get("id")
    if asked and asked not in shop.customers:
        errors.append(user_error(["order", "customer", "toAssociate", "id"], "Customer does not exist"))
    for at, field in enumerate(order.get("metafields") or ()):
        if _is_unique(shop, field) and _by_metafield(shop, field["namespace"], field["key"], field["value"]):
            path = ["order", "metafields", str(at), "value"]
            errors.append(user_error(path, "Value is already assigned to another metafield. Choose a different value."))
    return errors


def _is_unique(shop: Shop, field: Row) -> bool:
    wanted = (field["namespace"], field["key"], "id")
    return any((each["namespace"], each["key"], each["type"]["name"]) == wanted for each in shop.definitions)


def _short(shop: Shop, order: Row) -> list[Row]:
    errors = []
    for at, line in enumerate(order["lineItems"]):
        variant = shop.variants.get(line.get("variantId") or "")
        if variant and shop.available(variant["item_id"]) < line["quantity"]:
            path = ["order", "lineItems", str(at)]
            errors.append(user_error(path, "Unable to claim inventory", "INVENTORY_CLAIM_FAILED"))
    return errors


def _row(shop: Shop, order: Row) -> Row:
    now = shop.stamp()
    lines = [_line(shop, each) for each in order["lineItems"]]
    code, applications = _discount(order.get("discountCode") or {}, lines)
    shipping = [_shipping(shop, each) for each in order.get("shippingLines") or ()]
    return {
        "id": shop.gid("Order"), "name": order.get("name") or f"#{next(shop.order_numbers)}", "createdAt": now,
        "processedAt": order.get("processedAt") or now, "updatedAt": now, "cancelledAt": None, "cancelReason": None,
        "email": order.get("email"), "note": order.get("note"), "tags": order.get("tags") or [],
        "poNumber": order.get("poNumber"), "sourceIdentifier": order.get("sourceIdentifier"),
        "sourceName": order.get("sourceName"), "currencyCode": order.get("currency") or CURRENCY,
        "taxesIncluded": bool(order.get("taxesIncluded")), "financial": order.get("financialStatus"),
        "displayFulfillmentStatus": "FULFILLED" if order.get("fulfillmentStatus") == "FULFILLED" else "UNFULFILLED",
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
        "taxes": [
            {"title": each["title"], "rate": Decimal(str(each["rate"])), "amount": worth(each.get("priceSet"))}
            for each in given.get("taxLines") or ()
        ],
    }  # fmt: skip


def _discount(given: Row, lines: list[Row]) -> tuple[str, list[Row]]:
    """Takes the code's worth off the lines. The code is recorded, not judged."""
    if part := given.get("itemPercentageDiscountCode"):
        percentage = Decimal(str(part["percentage"]))
        for line in lines:
            line["off"] = (line["unit"] * line["quantity"] * percentage / 100).quantize(_CENT, ROUND_HALF_UP)
        value: Row = {"__typename": "PricingPercentageValue", "percentage": -float(percentage)}
        return part["code"], [{"__typename": "DiscountCodeApplication", "code": part["code"], "value": value}]
    if part := given.get("itemFixedDiscountCode"):
        amount = worth(part["amountSet"])
        _spread(amount, lines)
        return part["code"], [{"__typename": "DiscountCodeApplication", "code": part["code"], "value": money(amount)}]
    if part := given.get("freeShippingDiscountCode"):
        value = {"__typename": "PricingPercentageValue", "percentage": -100.0}
        return part["code"], [{"__typename": "DiscountCodeApplication", "code": part["code"], "value": value}]
    return "", []


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
    taxes = [
        {"title": each["title"], "rate": Decimal(str(each["rate"])), "amount": worth(each.get("priceSet"))}
        for each in given.get("taxLines") or ()
    ]
    return {
        "id": shop.gid("ShippingLine"),
        "title": given["title"],
        "code": given.get("code"),
        "price": worth(given["priceSet"]),
        "taxes": taxes,
    }


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
    location = row["location_id"] or next(iter(shop.locations))
    for line in row["lines"]:
        variant = shop.variants.get(line["variant_id"] or "")
        if variant and variant["tracked"]:
            shop.move_stock(variant["item_id"], location, sign * (line["quantity"] - line["returned"]))
    row["stock_taken"] = sign < 0


def _mail(shop: Shop, row: Row, options: Row) -> None:
    if row["email"] and options.get("sendReceipt"):
        shop.mail(row["email"], f"Order {row['name']} confirmed")
    if row["email"] and options.get("sendFulfillmentReceipt"):
        shop.mail(row["email"], f"A shipment from order {row['name']} is on the way")


def totals(row: Row) -> dict[str, Decimal]:
    """What the order's parts add up to."""
    goods = sum((line["unit"] * line["quantity"] for line in row["lines"]), Decimal(0))
    off = sum((line["off"] for line in row["lines"]), Decimal(0))
    shipping = sum((line["price"] for line in row["shipping"]), Decimal(0))
    taxes = [tax["amount"] for line in [*row["lines"], *row["shipping"]] for tax in line["taxes"]]
    tax = sum(taxes, Decimal(0)) + sum((worth(each.get("priceSet")) for each in row["order_taxes"]), Decimal(0))
    total = goods - off + shipping + (Decimal(0) if row["taxesIncluded"] else tax)
    paid = sum((each["amount"] for each in row["payments"] if _counts(each, "SALE")), Decimal(0))
    back = sum((each["amount"] for each in row["payments"] if _counts(each, "REFUND")), Decimal(0))
    return {
        "subtotal": goods - off,
        "off": off,
        "shipping": shipping,
        "tax": tax,
        "total": total,
        "paid": paid,
        "back": back,
    }


def _counts(payment: Row, kind: str) -> bool:
    return (payment["kind"], payment["status"]) == (kind, "SUCCESS")


def financial_status(row: Row) -> str:
    sums = totals(row)
    if sums["back"]:
        return "REFUNDED" if sums["back"] >= sums["paid"] else "PARTIALLY_REFUNDED"
    if sums["paid"] >= sums["total"]:
        return "PAID"
    return "PARTIALLY_PAID" if sums["paid"] else row["financial"] or "PENDING"


def order_view(shop: Shop, row: Row) -> Row:
    """An order as a query sees it."""
    sums, currency = totals(row), row["currencyCode"]
    customer = shop.customers.get(row["customer_id"] or "")
    outstanding = max(Decimal(0), sums["total"] - sums["paid"]) if not row["cancelledAt"] else Decimal(0)
    return {
        **row,
        "__typename": "Order",
        "legacyResourceId": number(row["id"]),
        "displayFinancialStatus": financial_status(row),
        "discountCodes": [row["discount_code"]] if row["discount_code"] else [],
        "customer": lambda info: people.customer_view(shop, customer) if customer else None,
        "retailLocation": shop.locations.get(row["location_id"] or ""),
        "subtotalPriceSet": bag(sums["subtotal"], currency),
        "totalDiscountsSet": bag(sums["off"], currency),
        "totalShippingPriceSet": bag(sums["shipping"], currency),
        "totalTaxSet": bag(sums["tax"], currency),
        "totalPriceSet": bag(sums["total"], currency),
        "currentTotalPriceSet": bag(sums["total"] - sums["back"], currency),
        "totalRefundedSet": bag(sums["back"], currency),
        "totalOutstandingSet": bag(outstanding, currency),
        "taxLines": [],
        "discountApplications": lambda info, first=10: {"nodes": row["applications"][:first]},
        "shippingLines": lambda info, first=5: {
            "nodes": [_shipping_view(each, currency) for each in row["shipping"][:first]]
        },
        "transactions": lambda info, first=10: [_payment_view(row, each) for each in row["payments"][:first]],
        "refunds": lambda info, first=10: [refund_view(row, each) for each in row["refunds"][:first]],
        "lineItems": lambda info, first=50, after=None: paging.connect(
            [_line_view(shop, each, currency) for each in row["lines"]], first, after
        ),
    }


def _tax_views(taxes: list[Row], currency: str) -> list[Row]:
    return [
        {"title": tax["title"], "rate": float(tax["rate"]), "priceSet": bag(tax["amount"], currency)} for tax in taxes
    ]


def _shipping_view(line: Row, currency: str) -> Row:
    return {
        **line, "originalPriceSet": bag(line["price"], currency), "discountedPriceSet": bag(line["price"], currency),
        "taxLines": _tax_views(line["taxes"], currency),
    }  # fmt: skip


def _line_view(shop: Shop, line: Row, currency: str) -> Row:
    variant = shop.variants.get(line["variant_id"] or "")
    left = line["quantity"] - line["returned"]
    full = line["unit"] * line["quantity"]
    return {
        **line,
        "__typename": "LineItem",
        "currentQuantity": left,
        "refundableQuantity": left,
        "variant": lambda info: variant_view(shop, variant) if variant else None,
        "product": lambda info: product_view(shop, shop.products[variant["product_id"]]) if variant else None,
        "originalUnitPriceSet": bag(line["unit"], currency),
        "discountedTotalSet": lambda info, withCodeDiscounts=False: bag(
            full - line["off"] if withCodeDiscounts else full, currency
        ),
        "discountAllocations": [{"allocatedAmountSet": bag(line["off"], currency)}] if line["off"] else [],
        "taxLines": _tax_views(line["taxes"], currency),
    }


def _payment_view(row: Row, payment: Row) -> Row:
    parent = next((each for each in row["payments"] if each["id"] == payment["parent"]), None)
    return {
        **payment, "amountSet": bag(payment["amount"], row["currencyCode"]),
        "parentTransaction": _payment_view(row, parent) if parent else None,
    }  # fmt: skip


def refund_view(row: Row, refund: Row) -> Row:
    payments = [each for each in row["payments"] if each["id"] in refund["payment_ids"]]
    amount = sum((each["amount"] for each in payments), Decimal(0))
    return {
        **refund, "totalRefundedSet": bag(amount, row["currencyCode"]),
        "transactions": lambda info, first=10: {"nodes": [_payment_view(row, each) for each in payments[:first]]},
    }  # fmt: skip


def orders(
    shop: Shop,
    info: Any,
    first: int = 50,
    after: str | None = None,
    query: str | None = None,
    sortKey: str = "PROCESSED_AT",
    reverse: bool = False,
) -> Row:
    key = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt", "PROCESSED_AT": "processedAt"}.get(sortKey, "id")
    oldest = shop.stamp(shop.now() - _WINDOW)
    rows = [row for row in shop.orders.values() if shop.switches.all_orders or row["processedAt"] >= oldest]
    rows.sort(key=lambda row: (row[key], row["id"]), reverse=reverse)
    names = {
        "updated_at": "updatedAt", "source_identifier": "sourceIdentifier", "name": "name", "created_at": "createdAt",
        "source_name": "sourceName",
    }  # fmt: skip

    def fits(row: Row) -> bool:
        return shop.seen(row) and paging.matches(
            query, lambda name: (row[names[name]] or "") if name in names else None, lambda: row["name"]
        )

    page = paging.connect([row for row in rows if fits(row)], first, after)
    return {**page, "nodes": [order_view(shop, row) for row in page["nodes"]]}


def order(shop: Shop, info: Any, id: str) -> Row | None:
    return order_view(shop, shop.orders[id]) if id in shop.orders else None


def by_identifier(shop: Shop, info: Any, identifier: Row) -> Row | None:
    """At once, whatever the search index knows."""
    if "id" in identifier:
        return order(shop, info, identifier["id"])
    wanted = identifier["customId"]
    if not _is_unique(shop, wanted):
        words = "Metafield definition of type 'id' is required when using custom ids."
        raise GraphQLError(words, extensions={"code": "NOT_FOUND"})
    row = _by_metafield(shop, wanted["namespace"], wanted["key"], wanted["value"])
    return order_view(shop, row) if row else None


def _by_metafield(shop: Shop, namespace: str, key: str, value: str) -> Row | None:
    wanted = (namespace, key, value)
    return next(
        (
            row
            for row in shop.orders.values()
            if any((each["namespace"], each["key"], each["value"]) == wanted for each in row["metafields"])
        ),
        None,
    )


def cancel(shop: Shop, order_id: str, reason: str, restock: bool, notify: bool) -> Row:
    """Done in the background: the job ends a little later."""
    row = shop.orders.get(order_id)
    if row is None:
        return {"job": None, "orderCancelUserErrors": [user_error(["orderId"], "Order does not exist", "NOT_FOUND")]}
    if row["cancelledAt"]:
        return {"job": None, "orderCancelUserErrors": [user_error(["orderId"], "Order has already been cancelled")]}
    job: Row = {"id": shop.gid("Job"), "due": shop.now() + _JOB_TAKES}
    shop.jobs[job["id"]] = job
    sums = totals(row)
    for payment in [each for each in row["payments"] if _counts(each, "SALE")]:
        row["payments"].append(
            {**payment, "id": shop.gid("OrderTransaction"), "kind": "REFUND", "parent": payment["id"]}
        )
    row["financial"] = "REFUNDED" if sums["paid"] else "VOIDED"
    row["cancelledAt"], row["cancelReason"], row["updatedAt"] = shop.stamp(), reason, shop.stamp()
    if restock and row["stock_taken"]:
        _take_stock(shop, row, sign=1)
    if notify and row["email"]:
        shop.mail(row["email"], f"Order {row['name']} has been cancelled")
    return {"job": {"id": job["id"], "done": False}, "orderCancelUserErrors": []}


def job(shop: Shop, info: Any, id: str) -> Row | None:
    found = shop.jobs.get(id)
    return {"id": id, "done": shop.now() >= found["due"]} if found else None
