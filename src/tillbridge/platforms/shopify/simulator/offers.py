"""Discount codes and gift cards of the pretended shop."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from . import paging
from .goods import product_view, variant_view
from .shop import CURRENCY, Row, Shop, money, user_error


def discount_by_code(shop: Shop, info: Any, code: str) -> Row | None:
    row = shop.discounts.get(code.casefold())
    return (
        {"__typename": "DiscountCodeNode", "id": row["id"], "codeDiscount": _discount_view(shop, row)} if row else None
    )


def _discount_view(shop: Shop, row: Row) -> Row:
    view = {
        "__typename": row["kind"], "title": row["title"], "summary": _summary(row), "status": _status(shop, row),
        "startsAt": row["starts"],
        "endsAt": row["ends"], "usageLimit": row["limit"], "asyncUsageCount": _used(shop, row),
        "appliesOncePerCustomer": row["once"],
        "combinesWith": {"orderDiscounts": False, "productDiscounts": False, "shippingDiscounts": False},
        "context": {"__typename": "DiscountBuyerSelectionAll", "all": "ALL"},
        "minimumRequirement": _minimum(row),
    }  # fmt: skip
    if row["kind"] == "DiscountCodeBasic":
        code = {"id": f"{row['id']}-1", "code": row["code"], "asyncUsageCount": view["asyncUsageCount"]}
        view["codes"] = lambda info, first=1: paging.connect([code], first)
        view["customerGets"] = {"value": _value(row), "items": _items(shop, row)}
    return view


def _status(shop: Shop, row: Row) -> str:
    now = shop.stamp()
    if row["starts"] > now:
        return "SCHEDULED"
    return "EXPIRED" if row["ends"] and row["ends"] <= now else "ACTIVE"


def _used(shop: Shop, row: Row) -> int:
    """Counted late: uses of the last while are not in it yet."""
    counted = shop.now() - timedelta(seconds=shop.switches.usage_lag)
    return int(row["used"]) + sum(
        1 for at, code in shop.uses if code.casefold() == row["code"].casefold() and at <= counted
    )


def _summary(row: Row) -> str:
    if row["percent"] is not None:
        return f"{row['percent']}% off"
    return f"€{row['amount']} off" if row["amount"] is not None else "Free shipping"


def _minimum(row: Row) -> Row | None:
    if row["minimum"] is None:
        return None
    return {"__typename": "DiscountMinimumSubtotal", "greaterThanOrEqualToSubtotal": money(row["minimum"])}


def _value(row: Row) -> Row:
    if row["percent"] is not None:
        return {"__typename": "DiscountPercentage", "percentage": float(row["percent"] / 100)}
    return {"__typename": "DiscountAmount", "amount": money(row["amount"]), "appliesOnEachItem": False}


def _items(shop: Shop, row: Row) -> Row:
    if not row["skus"]:
        return {"__typename": "AllDiscountItems", "allItems": True}
    variants = [each for each in shop.variants.values() if each["sku"] in row["skus"]]
    products = {each["product_id"] for each in variants if len(shop.products[each["product_id"]]["variant_ids"]) == 1}
    rest = [each for each in variants if each["product_id"] not in products]
    return {
        "__typename": "DiscountProducts",
        "products": lambda info, first=50: paging.connect(
            [product_view(shop, shop.products[each]) for each in products], first
        ),
        "productVariants": lambda info, first=50: paging.connect([variant_view(shop, each) for each in rest], first),
    }


def gift_cards(shop: Shop, info: Any, first: int = 5, query: str | None = None) -> Row:
    """Finds a card by its whole code alone, asked without blanks and dashes, whatever its case."""
    asked = (query or "").strip('"').casefold()
    found = [row for row in shop.gift_cards.values() if row["code"].replace("-", "").casefold() == asked]
    return paging.connect([card_view(row) for row in found], first)


def gift_card(shop: Shop, info: Any, id: str) -> Row | None:
    return card_view(shop.gift_cards[id]) if id in shop.gift_cards else None


def card_view(row: Row) -> Row:
    bare = row["code"].replace("-", "")

    def transactions(info: Any, first: int = 20, after: str | None = None, reverse: bool = False) -> Row:
        rows = list(reversed(row["moves"])) if reverse else row["moves"]
        return paging.connect([_move_view(row, each) for each in rows], first, after)

    return {
        **row,
        "__typename": "GiftCard",
        "customer": None,
        "maskedCode": f"•••• •••• •••• {bare[-4:].lower()}",
        "lastCharacters": bare[-4:].lower(),
        "balance": money(row["balance"]),
        "initialValue": money(row["initial"]),
        "transactions": transactions,
    }


def _move_view(card: Row, move: Row) -> Row:
    return {**move, "amount": money(move["amount"]), "giftCard": lambda info: card_view(card)}


def debit(shop: Shop, id: str, given: Row) -> Row:
    """Each call takes money: the same call twice takes it twice."""
    move, errors = _move(shop, id, given, given["debitAmount"], sign=-1)
    return {"giftCardDebitTransaction": move, "userErrors": errors}


def credit(shop: Shop, id: str, given: Row) -> Row:
    move, errors = _move(shop, id, given, given["creditAmount"], sign=1)
    return {"giftCardCreditTransaction": move, "userErrors": errors}


def _move(shop: Shop, id: str, given: Row, amount: Row, sign: int) -> tuple[Row | None, list[Row]]:
    card, worth = shop.gift_cards.get(id), Decimal(str(amount["amount"]))
    if card is None:
        return None, [user_error(["id"], "The gift card could not be found.", "GIFT_CARD_NOT_FOUND")]
    if amount["currencyCode"] != CURRENCY:
        return None, [user_error(["debitAmount"], "The currency does not match.", "MISMATCHING_CURRENCY")]
    if worth <= 0:
        return None, [user_error(["debitAmount"], "The amount must be positive.", "NEGATIVE_OR_ZERO_AMOUNT")]
    if not card["enabled"] or _expired(shop, card):
        return None, [user_error(["id"], "The gift card is not usable.", "INVALID")]
    if sign < 0 and worth > card["balance"]:
        return None, [
            user_error(["debitAmount"], "The gift card does not have sufficient funds.", "INSUFFICIENT_FUNDS")
        ]
    card["balance"] += sign * worth
    kind = "GiftCardDebitTransaction" if sign < 0 else "GiftCardCreditTransaction"
    move = {
        "__typename": kind, "id": shop.gid(kind), "note": given.get("note"),
        "processedAt": given.get("processedAt") or shop.stamp(), "amount": sign * worth,
    }  # fmt: skip
    card["moves"].append(move)
    return _move_view(card, move), []


def _expired(shop: Shop, card: Row) -> bool:
    return bool(card["expiresOn"]) and date.fromisoformat(card["expiresOn"]) < _today(shop.now())


def _today(now: datetime) -> date:
    return now.date()
