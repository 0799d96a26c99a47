"""Values out of answers by their path, or Drift, and money that would lose a digit refused. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.platforms.reading import shown
from tillbridge.platforms.shopify.wire import MoneyBag, MoneyV2


def money(value: MoneyV2, path: str, currency: str) -> Money:
    """An amount in the expected currency. Raises Drift for another one, or when rounding would change it."""
    if value.currencyCode != currency:
        raise Drift(path=f"{path}.currencyCode", expected=currency, found=value.currencyCode)
    return amount(value.amount, f"{path}.amount", currency)


def bag(value: MoneyBag, path: str, currency: str) -> Money:
    """The shop's own amount of a money bag."""
    return money(value.shopMoney, f"{path}.shopMoney", currency)


def amount(value: Decimal, path: str, currency: str) -> Money:
    """A bare amount. Raises Drift when it is finer than the currency."""
    exact = Money(value, currency)
    if exact.amount != value:
        raise Drift(path=path, expected=f"an amount in whole units of {currency}", found=str(value))
    return exact


def dig(payload: Any, path: str) -> Any:
    """The value under a dotted path. Raises Drift where it ends early."""
    value, walked = payload, "$"
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            raise Drift(path=f"{walked}.{key}", expected="a value", found="nothing")
        value, walked = value[key], f"{walked}.{key}"
    return value


def text(payload: Any, path: str) -> str:
    """The text under a path. Raises Drift when it is none."""
    found = dig(payload, path)
    if not isinstance(found, str):
        raise Drift(path=f"$.{path}", expected="a text", found=shown(found))
    return found


def text_or_none(payload: Any, path: str) -> str | None:
    """The text under a path, or None for null: what has another shape must not pass for a text that differs."""
    return None if dig(payload, path) is None else text(payload, path)


def records(payload: Any, path: str) -> list[Any]:
    """The list under a path. Raises Drift when it is none."""
    found = dig(payload, path)
    if not isinstance(found, list):
        raise Drift(path=f"$.{path}", expected="a list", found=shown(found))
    return found
