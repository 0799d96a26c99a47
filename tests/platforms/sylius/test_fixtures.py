"""The answers Sylius's own test-suite expects of 2.0 are read by us as well, their placeholders filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.contracts import CONTRACTS
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire

FIXTURES = CONTRACTS / "sylius" / "response-fixtures-2.0"
pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="needs ../shared/contracts/sylius")

READ: dict[str, tuple[str, type[wire.Wire]]] = {
    "admin/channel": ("Channel", wire.Channel),
    "admin/customer": ("Customer", wire.Customer),
    "admin/order": ("Order", wire.Order),
    "admin/payment": ("Payment", wire.Payment),
    "admin/payment_method": ("PaymentMethod", wire.Method),
    "admin/product": ("Product", wire.Product),
    "admin/product_option": ("ProductOption", wire.Option),
    "admin/product_variant": ("ProductVariant", wire.Variant),
    "admin/promotion": ("Promotion", wire.Promotion),
    "admin/promotion_coupon": ("PromotionCoupon", wire.PromotionCoupon),
    "shop/checkout": ("Order", wire.Cart),
    "shop/order": ("Order", wire.Cart),
}
# a shopper's own list and change of payment, which a till does not ask for, leave the currency out
NOT_READ = {"get_orders.json", "update_payment_method.json"}


def _filled(value: Any, name: str = "") -> Any:
    """A matcher word as a value that fits it."""
    if isinstance(value, dict):
        return {key: _filled(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, name) for each in value]
    if not isinstance(value, str) or "@" not in value:
        return value
    words = {"@integer@": 1, "@boolean@": True, "@array@": []}
    if found := next((each for word, each in words.items() if value.startswith(word)), None):
        return found
    if value.startswith(("@date", "@array")) or (value.startswith("@") and name.endswith("At")):
        return [] if value.startswith("@array") else "2025-02-01 10:00:00"
    return re.sub(r"@\w+@(\.\w+\(\S*\))*", "1", value)


def _records(value: Any, kind: str) -> Iterator[dict[str, Any]]:
    rows = value.get("hydra:member", [value]) if isinstance(value, dict) else value
    yield from (row for row in rows if isinstance(row, dict) and row.get("@type") == kind)


def _files() -> list[Path]:
    found = [each for folder in READ for each in sorted((FIXTURES / folder).rglob("*.json"))]
    return [each for each in found if each.name not in NOT_READ]


@pytest.mark.parametrize("file", _files(), ids=lambda each: each.stem)
def test_an_answer_of_the_projects_own_suite_is_read(file: Path) -> None:
    folder = next(each for each in READ if file.is_relative_to(FIXTURES / each))
    kind, model = READ[folder]
    for row in _records(_filled(json.loads(file.read_text())), kind):
        parse(model, row, "$")


def test_the_suite_was_really_read() -> None:
    rows = [
        row
        for file in _files()
        for folder, (kind, _) in READ.items()
        if file.is_relative_to(FIXTURES / folder)
        for row in _records(_filled(json.loads(file.read_text())), kind)
    ]
    assert len(rows) > 75
