"""The marks a push leaves on an order and its lines, so that a later read knows what the create did. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tillbridge.platforms.shopify.wire import Attribute

RECEIPT = "Receipt"
TILL = "Till"
STOCK = "till_stock"
LOCATION = "till_location"
CODES = "Till codes"
DISCOUNTS = "Till discounts"
ROUNDING = "Cash rounding"
LINE = "_till_line"
"""A leading underscore keeps a line's property out of the shopper's sight."""


def read(attributes: Iterable[Attribute], key: str) -> str:
    """The value of a mark, empty when the order has none."""
    return next((each.value or "" for each in attributes if each.key == key), "")
