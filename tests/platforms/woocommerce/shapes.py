"""Comparing two answers by shape: the same keys and types at every depth, money in the same form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_FORMS = (
    (re.compile(r"-?\d+\.(\d+)"), "money"),
    (re.compile(r"-?\d+"), "digits"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), "moment"),
)
# Lists whose length hangs on other rows of the shop, not on the request.
LOOSE = {"related_ids", "namespaces", "product_visibility_terms", "enabled_features"}

# Fields that must be equal, not only alike: the shop's arithmetic and its verdicts.
EXACT = set(
    [
        "total",
        "total_tax",
        "cart_tax",
        "subtotal",
        "subtotal_tax",
        "discount",
        "discount_tax",
        "discount_total",
        "shipping_total",
        "shipping_tax",
        "tax_total",
        "price",
        "quantity",
        "status",
        "code",
        "message",
        "rate_code",
        "label",
        "stock_status",
        "sku",
        "created_via",
        "tax_class",
        "json_error_code",
        "stock_quantity",
        "manage_stock",
        "usage_count",
        "used_by",
        "name",
    ]
)


def form(value: object) -> str:
    """The kind of a plain value: money texts also tell their decimals."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, (int, float)):
        return "number"
    for pattern, name in _FORMS:
        found = pattern.fullmatch(str(value))
        if found:
            return f"{name}{len(found[1])}" if name == "money" else name
    return "text" if value else "empty"


def differences(recorded: Any, ours: Any, path: str = "", *, exact: bool = True) -> Iterator[str]:
    """Every place where ours is shaped otherwise."""
    if path.rpartition(".")[2] in LOOSE:
        return
    if isinstance(recorded, dict) and isinstance(ours, dict):
        yield from (f"{path}.{name} is missing" for name in recorded.keys() - ours.keys())
        yield from (f"{path}.{name} is too much" for name in ours.keys() - recorded.keys())
        for name in recorded.keys() & ours.keys():
            yield from differences(recorded[name], ours[name], f"{path}.{name}", exact=exact)
    elif isinstance(recorded, list) and isinstance(ours, list):
        if bool(recorded) != bool(ours):
            yield f"{path} has {len(ours)} entries, recorded {len(recorded)}"
        for position, (one, other) in enumerate(zip(recorded, ours, strict=False)):
            yield from differences(one, other, f"{path}[{position}]", exact=exact)
    else:
        yield from _plain_difference(recorded, ours, path, exact=exact)


def _plain_difference(recorded: Any, ours: Any, path: str, *, exact: bool) -> Iterator[str]:
    if path.endswith(".data.error.message"):
        return  # names files and lines of that server
    if exact and path.rpartition(".")[2] in EXACT and recorded != ours:
        yield f"{path} is {ours!r}, recorded {recorded!r}"
    elif form(recorded) != form(ours):
        yield f"{path} is {ours!r} ({form(ours)}), recorded {recorded!r} ({form(recorded)})"
