"""Coupons and cart price rules: reading them tells their settings only; a cart is judged by them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .rest import Call, Fault, Route, Row, dec, no_entity, route
from .search import listing

if TYPE_CHECKING:
    from .state import Shop

_QUOTE = "Magento_SalesRule::quote"
_TESTS = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    "<": lambda one, other: one < other,
}


def search(shop: Shop, call: Call) -> Row:
    """GET /coupons/search, whatever the code's state and case."""
    return listing(call, list(shop.coupons.values()))


def get(shop: Shop, call: Call) -> Row:
    """GET /coupons/{id}."""
    row = shop.coupons.get(call.number("id"))
    if row is None:
        raise no_entity("id", call.number("id"))
    return deepcopy(row)


def save(shop: Shop, call: Call) -> Row:
    """PUT /coupons/{id}: absolute values; usage limits are copied from the rule again."""
    row = shop.coupons.get(call.number("id"))
    if row is None:
        raise no_entity("id", call.number("id"))
    given: Row = call.part("coupon")
    row |= {name: given[name] for name in ("code", "times_used", "is_primary") if name in given}
    rule = shop.rules[row["rule_id"]]
    row |= {"usage_limit": rule.get("uses_per_coupon", 0), "usage_per_customer": rule["uses_per_customer"]}
    return deepcopy(row)


def rule(shop: Shop, call: Call) -> Row:
    """GET /salesRules/{id}."""
    row = shop.rules.get(call.number("id"))
    if row is None:
        raise Fault(404, "No such entity.")
    return deepcopy(row)


def coupon_for(shop: Shop, code: str) -> Row | None:
    """A coupon by code, whatever the case."""
    return next((each for each in shop.coupons.values() if each["code"].lower() == code.lower()), None)


def applies(shop: Shop, coupon: Row, lines: Sequence[Row], customer: int | None) -> bool:
    """Whether a cart of these lines gets the coupon."""
    found = shop.rules[coupon["rule_id"]]
    limit = int(coupon["usage_limit"] or 0)
    if not found["is_active"] or not _in_days(shop, found) or (limit and coupon["times_used"] >= limit):
        return False
    if customer is not None and found["uses_per_customer"] and (found["rule_id"], customer) in shop.uses:
        return False
    group = shop.customers[customer]["group_id"] if customer is not None else 0
    if group not in found["customer_group_ids"] or not _holds(found.get("condition"), _attributes(lines)):
        return False
    free = found.get("simple_free_shipping", "0") != "0"
    return bool(lines) and (free or any(takes(found, line) for line in lines))


def _in_days(shop: Shop, found: Row) -> bool:
    today = shop.now().astimezone(ZoneInfo(shop.configs[0]["timezone"]) if shop.configs else UTC).strftime("%Y-%m-%d")
    begins, ends = found.get("from_date"), found.get("to_date")
    return (not begins or begins <= today) and (not ends or today <= ends)


def _attributes(lines: Sequence[Row]) -> dict[str, Decimal]:
    net = sum((line["row_total"] for line in lines), Decimal(0))
    whole = sum((line["row_total_incl_tax"] for line in lines), Decimal(0))
    pieces = sum((dec(line["qty"]) for line in lines), Decimal(0))
    return {
        "base_subtotal": net,
        "base_subtotal_with_discount": net,
        "base_subtotal_total_incl_tax": whole,
        "total_qty": pieces,
    }


def _holds(node: Row | None, known: dict[str, Decimal]) -> bool:
    if node is None:
        return True
    if "attribute_name" not in node:
        return _joined(node, [_holds(each, known) for each in node.get("conditions") or ()])
    test = _TESTS.get(str(node["operator"]))
    value = known.get(node["attribute_name"])
    return test is not None and value is not None and bool(test(value, dec(node["value"])))


def _joined(node: Row, parts: Sequence[bool]) -> bool:
    wanted = str(node.get("value")) not in ("0", "False", "false")
    told = [each is wanted for each in parts]
    return not told or (any(told) if node.get("aggregator_type") == "any" else all(told))


def takes(found: Row, line: Row) -> bool:
    """Whether a rule takes something off a line, by its SKU."""
    return _of_line(found.get("action_condition"), str(line["sku"]).lower())


def _of_line(node: Row | None, sku: str) -> bool:
    if node is None:
        return True
    if "attribute_name" not in node:
        return _joined(node, [_of_line(each, sku) for each in node.get("conditions") or ()])
    value = node["value"]
    wanted = {str(each).strip().lower() for each in (value if isinstance(value, list) else str(value).split(","))}
    return node["attribute_name"] == "sku" and (sku in wanted) is (node["operator"] in ("==", "()"))


ROUTES: tuple[Route, ...] = (
    route("GET", "/coupons/search", _QUOTE, search),
    route("GET", "/coupons/{id}", _QUOTE, get),
    route("PUT", "/coupons/{id}", _QUOTE, save),
    route("GET", "/salesRules/{id}", _QUOTE, rule),
)
