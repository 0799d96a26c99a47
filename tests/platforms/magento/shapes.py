"""Comparing two answers by shape: the same keys and kinds at every depth, and equal amounts, states and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
EXACT = frozenset(
    [
        "message", "parameters", "state", "status", "code", "coupon_code", "total_count", "increment_id",
        "ext_order_id", "sku", "qty", "qty_ordered", "qty_invoiced", "qty_shipped", "qty_refunded", "quantity",
        "times_used", "usage_limit", "grand_total", "subtotal", "subtotal_incl_tax", "discount_amount",
        "tax_amount", "total_due", "total_paid", "total_invoiced", "total_refunded", "row_total",
        "row_total_incl_tax", "price_incl_tax", "tax_percent", "discount_percent",
        "discount_tax_compensation_amount", "base_row_total_incl_tax", "email_sent", "items_qty", "value_index",
        "page_size", "current_page", "condition_type", "field", "direction", "is_subscribed", "operation_count",
        "errors", "base_discount_invoiced", "tax_invoiced", "row_invoiced",
    ]
)  # fmt: skip
"""Fields that must be equal, not only alike: the shop's arithmetic and its verdicts."""
_CUSTOM = "custom_attributes"


def kind(value: object) -> str:
    """What a plain value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    if _MOMENT.fullmatch(str(value)):
        return "moment"
    return "digits" if str(value).isdigit() else "text" if value else "empty"


def differences(recorded: Any, ours: Any, path: str = "$") -> Iterator[str]:
    """Every place where ours is otherwise."""
    name = path.rpartition(".")[2]
    if isinstance(recorded, dict) and isinstance(ours, dict):
        yield from (f"{path}.{each} is missing" for each in recorded.keys() - ours.keys())
        yield from (f"{path}.{each} is too much" for each in ours.keys() - recorded.keys())
        for each in recorded.keys() & ours.keys():
            yield from differences(recorded[each], ours[each], f"{path}.{each}")
    elif isinstance(recorded, list) and isinstance(ours, list):
        if bool(recorded) != bool(ours):
            yield f"{path} has {len(ours)} entries, recorded {len(recorded)}"
        if name != _CUSTOM:
            for at, (one, other) in enumerate(zip(recorded, ours, strict=False)):
                yield from differences(one, other, f"{path}[{at}]")
    elif name in EXACT and recorded != ours:
        yield f"{path} is {ours!r}, recorded {recorded!r}"
    elif kind(recorded) != kind(ours):
        yield f"{path} is {ours!r} ({kind(ours)}), recorded {recorded!r} ({kind(recorded)})"
