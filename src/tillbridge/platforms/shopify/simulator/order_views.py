"""Orders and customers of the pretended shop as a query sees them, and what an order's parts add up to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import paging
from .goods import product_view, variant_view
from .shop import Row, Shop, bag, money, number, worth


def totals(row: Row) -> dict[str, Decimal]:
    """What the order's parts add up to."""
    goods = sum((line["unit"] * line["quantity"] for line in row["lines"]), Decimal(0))
    off = sum((line["off"] for line in [*row["lines"], *row["shipping"]]), Decimal(0))
    shipping = sum((line["price"] for line in row["shipping"]), Decimal(0))
    tax = sum((each["amount"] for each in _all_taxes(row)), Decimal(0))
    total = goods - off + shipping + (Decimal(0) if row["taxesIncluded"] else tax)
    paid = sum((each["amount"] for each in row["payments"] if counts(each, "SALE")), Decimal(0))
    back = sum((each["amount"] for each in row["payments"] if counts(each, "REFUND")), Decimal(0))
    return {
        "subtotal": goods - sum((line["off"] for line in row["lines"]), Decimal(0)), "off": off, "shipping": shipping,
        "tax": tax, "total": total, "paid": paid, "back": back,
    }  # fmt: skip


def _all_taxes(row: Row) -> list[Row]:
    given = [tax for line in [*row["lines"], *row["shipping"]] for tax in line["taxes"]]
    return [*given, *taxes_of(row["order_taxes"])]


def taxes_of(given: Any) -> list[Row]:
    """Tax lines of an input."""
    return [
        {"title": each["title"], "rate": Decimal(str(each["rate"])), "amount": worth(each.get("priceSet"))}
        for each in given or ()
    ]


def counts(payment: Row, kind: str) -> bool:
    return (payment["kind"], payment["status"]) == (kind, "SUCCESS")


def financial_status(row: Row) -> str:
    sums = totals(row)
    if sums["back"]:
        return "REFUNDED" if sums["back"] >= sums["paid"] else "PARTIALLY_REFUNDED"
    if row["voided"]:
        return "VOIDED"
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
        "presentmentCurrencyCode": currency,
        "displayFinancialStatus": financial_status(row),
        "displayFulfillmentStatus": "FULFILLED" if row["handed_over"] else "UNFULFILLED",
        "discountCodes": [row["discount_code"]] if row["discount_code"] else [],
        "customer": lambda info: customer_view(shop, customer) if customer else None,
        "retailLocation": shop.locations.get(row["location_id"] or ""),
        "subtotalPriceSet": bag(sums["subtotal"], currency),
        "totalDiscountsSet": bag(sums["off"], currency),
        "totalShippingPriceSet": bag(sums["shipping"], currency),
        "totalTaxSet": bag(sums["tax"], currency),
        "totalPriceSet": bag(sums["total"], currency),
        "currentTotalPriceSet": bag(sums["total"] - sums["back"], currency),
        "totalRefundedSet": bag(sums["back"], currency),
        "totalOutstandingSet": bag(outstanding, currency),
        "taxLines": _summed_taxes(row, currency),
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


def _summed_taxes(row: Row, currency: str) -> list[Row]:
    """One line for each title and rate."""
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for each in _all_taxes(row):
        key = (each["title"], each["rate"])
        sums[key] = sums.get(key, Decimal(0)) + each["amount"]
    return _tax_views(
        [{"title": title, "rate": rate, "amount": amount} for (title, rate), amount in sums.items()], currency
    )


def _tax_views(taxes: list[Row], currency: str) -> list[Row]:
    return [
        {"title": tax["title"], "rate": float(tax["rate"]), "priceSet": bag(tax["amount"], currency)} for tax in taxes
    ]


def _shipping_view(line: Row, currency: str) -> Row:
    return {
        **line, "originalPriceSet": bag(line["price"], currency),
        "discountedPriceSet": bag(line["price"] - line["off"], currency),
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


def customer_view(shop: Shop, row: Row) -> Row:
    """A customer as a query sees it."""
    own = [each for each in shop.orders.values() if each["customer_id"] == row["id"]]

    def orders(info: Any, first: int = 50, reverse: bool = False) -> Row:
        placed = sorted(own, key=lambda each: str(each["createdAt"]), reverse=reverse)
        return paging.connect([order_view(shop, each) for each in placed], first)

    spent = sum((totals(each)["total"] - totals(each)["back"] for each in own), Decimal(0))
    return {
        **row,
        "__typename": "Customer",
        "legacyResourceId": number(row["id"]),
        "displayName": f"{row['firstName'] or ''} {row['lastName'] or ''}".strip(),
        "locale": "en-IE",
        "state": "DISABLED",
        "numberOfOrders": str(len(own)),
        "amountSpent": money(spent),
        "defaultEmailAddress": _email(row),
        "defaultPhoneNumber": {"phoneNumber": row["phone"]} if row["phone"] else None,
        "defaultAddress": row["addresses"][0] if row["addresses"] else None,
        "addressesV2": lambda info, first=10: {"nodes": row["addresses"][:first]},
        "orders": orders,
    }


def _email(row: Row) -> Row | None:
    if not row["email"]:
        return None
    return {
        "emailAddress": row["email"], "marketingState": row["consent"], "marketingOptInLevel": row["opt_in"],
        "marketingUpdatedAt": row["consentedAt"],
    }  # fmt: skip
