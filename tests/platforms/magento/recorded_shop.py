"""The shop of the recordings, rebuilt from what they show; used by the replay test alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tillbridge.platforms.magento.simulator.login import Integration, User
from tillbridge.platforms.magento.simulator.state import Shop, set_custom

Row = dict[str, Any]
RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "magento"
_SIMPLE = [
    "MUG",
    "BOWL",
    "PLATE",
    "JUG",
    "BOARD",
    "TOWEL",
    "APRON",
    "CUSHION",
    "BASKET",
    "THROW",
    "SOAP",
    "NOTE",
    "DIARY",
    "PEN",
    "INK",
    "CARD",
    "CANDLE",
    "LAMP",
    "CLOCK",
    "VASE",
    "OLD",
]
"""Ids 1 to 21; some SKUs are guesses, since nothing recorded shows them."""
_PRICES = {"NOTE": "12.8", "BOARD": "34", "INK": "11.3", "CARD": "4.5", "SOAP": "6.5", "PEN": "24", "LAMP": "79"}
_STOCK = {
    "LL-MUG-001": 40, "LL-CLOCK-001": 0, "LL-NOTE-001": 120, "LL-SHIRT-BLUE-S": 5, "LL-SHIRT-BLUE-M": 6,
    "LL-PEN-001": 18, "LL-SOAP-001": 150, "LL-INK-001": 22, "LL-CARD-001": 200, "LL-THROW-001": 11, "LL-CARDI-OAT-S": 0,
}  # fmt: skip


@cache
def recording(number: str) -> list[Row]:
    """The exchanges of one file, in order."""
    (path,) = RECORDINGS.glob(f"{number}-*.json")
    exchanges: list[Row] = json.loads(path.read_text())["exchanges"]
    return exchanges


def answer_of(number: str, at: int) -> Any:
    """The recorded body of one exchange."""
    return json.loads(json.dumps(recording(number)[at]["response"]["body"]), parse_float=Decimal)


def _whole(value: Any) -> Iterator[Row]:
    if isinstance(value, dict):
        if {"sku", "type_id", "custom_attributes"} <= value.keys():
            yield value
        for inner in value.values():
            yield from _whole(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _whole(inner)


def _shown() -> dict[str, Row]:
    found: dict[str, Row] = {}
    for number, at in (("07", 0), ("07", 1), ("10", 0), ("10", 1), ("09", 0), ("09", 1)):
        for row in _whole(answer_of(number, at)):
            found.setdefault(row["sku"], {}).update(row)
    return found


def _products(shop: Shop) -> None:
    shown = _shown()
    later = {row["id"]: row["sku"] for row in answer_of("07", 2)["items"]}
    template = shown["LL-BOWL-001"]
    names = {number: f"LL-{name}-001" for number, name in enumerate(_SIMPLE, 1)} | later
    for number, sku in sorted(names.items()):
        # what is known of the row, else one like its neighbours
        row = deepcopy(template) | {"name": sku.title()} | deepcopy(shown.get(sku, {})) | {"id": number, "sku": sku}
        if sku not in shown:
            set_custom(row, "url_key", sku.lower())
            row["price"] = Decimal(_PRICES.get(sku.split("-")[1], "20"))
        if sku in ("LL-CARDI", "LL-SCARF"):
            row |= {"type_id": "configurable", "price": 0}
        row.setdefault("options", [])
        shop.products[number] = row
        if row["type_id"] == "simple":
            kept = {"sku": sku, "source_code": "default", "quantity": _STOCK.get(sku, 25), "status": 1}
            shop.source_items[sku, "default"] = kept
    shop.products[21]["status"] = 2
    shop.counters["product"] = 39


def _people(shop: Shop) -> None:
    known = {row["id"]: row for row in [*answer_of("16", 0)["items"], *answer_of("16", 3)["items"]]}
    mails = {row["id"]: row["email"] for row in answer_of("07", 6)["items"]}
    for number in range(1, 7):
        row = deepcopy(known.get(number) or known[1] | {"email": mails.get(number, f"someone.{number}@example.test")})
        shop.customers[number] = row | {"id": number}
    shop.counters |= {"customer": 6, "address": 6}


def _codes(shop: Shop) -> None:
    for at in range(0, 12, 2):
        coupon, rule = answer_of("19", at)["items"][0], answer_of("19", at + 1)
        shop.coupons[coupon["coupon_id"]] = coupon
        shop.rules[rule["rule_id"]] = rule


def _attributes(shop: Shop) -> None:
    colour = answer_of("09", 3)
    size = colour | {"attribute_id": 137, "attribute_code": "size", "options": answer_of("09", 4)}
    ean = colour | {"attribute_id": 138, "attribute_code": "ean", "options": []}
    shop.attributes = [colour, size, ean]


def fill(shop: Shop, base_url: str) -> None:
    """The shop as it stood before the first recorded request."""
    shop.name, shop.tax_name, shop.tax_rates = "Lantern and Loom", "DE-19", {"2": Decimal("0.19")}
    shop.configs, shop.views, shop.websites = (answer_of("06", at) for at in (0, 1, 2))
    shop.groups = [{"id": 1, "name": "Main Website Store"}]
    shop.sources = answer_of("14", 4)["items"]
    shop.accounts.users = [User("posadmin", "<password>"), User("tillbot", "<password>")]
    whole = Integration("REDACTED", "consumer secret", "REDACTED", "token secret")
    catalogue = Integration("few", "few", "few rights", "few", frozenset(["Magento_Catalog::products"]))
    shop.accounts.integrations = [whole, catalogue]
    shop.switches.queue_runs = False
    _products(shop)
    _people(shop)
    _codes(shop)
    _attributes(shop)
