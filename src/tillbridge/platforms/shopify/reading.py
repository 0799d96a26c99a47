"""From a JSON value to a wire model or Drift with its path, and money that would lose a digit refused. Pure."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.platforms.shopify.wire import MoneyBag, MoneyV2

M = TypeVar("M", bound=BaseModel)

_LONGEST = 120


def parse(model: type[M], value: Any, path: str) -> M:
    """The model of a JSON value. Raises Drift naming the innermost path that does not fit."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        missing = first["type"] == "missing"
        found = "nothing" if missing else shown(first["input"])
        raise Drift(path=f"{path}{where}", expected=first["msg"], found=found) from error


def shown(value: Any) -> str:
    """A value as an error may show it, cut to a length."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


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
