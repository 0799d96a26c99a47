"""The shop of the recordings, rebuilt from what they show; used by the replay test alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

from tillbridge.platforms.sylius.simulator.goods import new_product, new_variant
from tillbridge.platforms.sylius.simulator.state import Shop, last_part

Row = dict[str, Any]
RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "sylius"
CHANNEL = "LANTERN_WEB"
PASSWORD = "<password>"
BORN = datetime(2026, 11, 22, 6, 51, 43, tzinfo=UTC)

# id -> code, where a recording names the product but does not show it, or shows only that there is one more
_UNSEEN = {
    3: "LL_PLATE_001", 4: "LL_SOAP_001", 8: "LL_LAMP_001", 9: "LL_THROW_001", 10: "LL_MAT_001", 11: "LL_MAT_002",
    15: "LL_INK_001", 18: "LL_OLD_001", 19: "LL_GIFTWRAP", 20: "LL_MAT_003", 21: "LL_MAT_004", 22: "LL_MAT_005",
}  # fmt: skip
_STOCK = {"LL_CLOCK_001": 0, "LL_SOAP_001": 150, "LL_TOWEL_001": 80, "LL_CARDI_OAT_S": 0, "LL_BOARD_001": 12}
_NAMES = {"LL_OLD_001": "Discontinued tin tray", "LL_SOAP_001": "Olive soap bar 120 g"}
_PRICES = {"LL_SOAP_001": 640, "LL_TOWEL_001": 995, "LL_BOARD_001": 3400}


@cache
def recording(number: str) -> list[Row]:
    """The exchanges of one file."""
    (path,) = RECORDINGS.glob(f"{number}-*.json")
    exchanges: list[Row] = json.loads(path.read_text())["exchanges"]
    return exchanges


def numbers() -> list[str]:
    """The files, in the order they were recorded."""
    return sorted(path.name[:2] for path in RECORDINGS.glob("[0-9]*.json"))


def moment_of(exchange: Row) -> datetime:
    """When the shop answered."""
    return parsedate_to_datetime(exchange["response"]["headers"]["Date"])


def _everything(value: Any) -> Iterator[Row]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _everything(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _everything(inner)


@cache
def _seen(kind: str, section: str) -> dict[str, Row]:
    """Each record as it was first shown, by its link."""
    found: dict[str, Row] = {}
    for number in numbers():
        for exchange in recording(number):
            for row in _everything(exchange["response"].get("body")):
                if row.get("@type") == kind and str(row.get("@id", "")).startswith(f"/api/v2/{section}/"):
                    found.setdefault(row["@id"], row)
    return found


def fill(shop: Shop) -> None:
    """The rows as they stood before the first request."""
    shop.zone, shop.origin = "UTC", "http://127.0.0.1:8502"
    _about(shop)
    _people(shop)
    _goods(shop)
    for row in _seen("Promotion", "admin").values():
        _promotion(shop, row)
    for row in _seen("PromotionCoupon", "admin").values():
        _coupon(shop, row)


def _about(shop: Shop) -> None:
    channel = dict(recording("06")[1]["response"]["body"])
    billing = {name: value for name, value in channel["shopBillingData"].items() if name != "@type"}
    shop.channels[CHANNEL] = channel | {"shopBillingData": billing, "countries": []}
    for at, (code, name, gateway) in enumerate(
        (("pos_till", "Paid at the till", "offline"), ("bank_transfer", "Bank transfer", "offline")), 1
    ):
        row = {"id": at, "code": code, "name": name, "gateway": gateway, "position": at - 1, "enabled": True}
        shop.payment_methods[code] = row | {"channels": [CHANNEL]}
    for at, (code, name, cost) in enumerate((("in_store", "Taken in store", 0), ("parcel", "Parcel", 490)), 1):
        row = {"id": at, "code": code, "name": name, "position": at - 1, "enabled": True, "zone": "EUZ"}
        shop.shipping_methods[code] = row | {"channels": [CHANNEL], "amounts": {CHANNEL: cost}}
    for at, (code, rate) in enumerate((("standard", 0.19), ("reduced", 0.07)), 1):
        row = {"id": at, "code": code, "category": code, "name": f"VAT {rate * 100:g}%", "amount": rate}
        shop.tax_rates[code] = row | {"includedInPrice": True, "zone": "EUZ", "countries": ["DE", "AT"]}


def _people(shop: Shop) -> None:
    staff = ["ROLE_ADMINISTRATION_ACCESS"]
    for at, (email, name, roles) in enumerate(
        (("api@example.test", "posapi", [*staff, "ROLE_API_ACCESS"]), ("desk@example.test", "desk", staff)), 1
    ):
        shop.administrators.append({"id": at, "email": email, "username": name, "password": PASSWORD, "roles": roles})
    shop.shop_users.append(
        {"id": 1, "email": "tomas.oakley@example.test", "password": PASSWORD, "roles": ["ROLE_USER"], "customer": 2}
    )
    shop.count_on("shop users", 1)
    shown = {row["id"]: row for row in _seen("Customer", "admin").values() if row["id"] <= 6}
    template = shown[1]
    mails = {2: "tomas.oakley@example.test", 3: "mirela.stanz@example.test", 4: "gero.pfann@example.test"}
    for number in range(1, 7):
        row = dict(shown.get(number) or template | {"email": mails[number], "id": number})
        row |= {"group": last_part(row["group"]) or None, "user": 1 if number == 2 else None}
        shop.customers[number] = row | {"createdAt": shop.read(row["createdAt"])}
    shop.count_on("customers", 6)


def _goods(shop: Shop) -> None:
    shown = {row["id"]: row for row in _seen("Product", "admin").values() if row["code"] != "LL_TEST_900"}
    for option in ("size", "color"):
        shop.options[option] = {
            "code": option, "name": option.capitalize(), "position": int(option == "size"), "createdAt": BORN,
            "values": {f"size_{each}": each.upper() for each in ("s", "m", "l", "xl")} if option == "size" else {},
        }  # fmt: skip
    for number in range(1, 26):
        _product(shop, number, shown.get(number))
    shop.count_on("products", 25)
    shop.count_on("images", 9)


def _product(shop: Shop, number: int, shown: Row | None) -> None:
    code = shown["code"] if shown else _UNSEEN[number]
    row = new_product(shop, code, _NAMES.get(code, code), code.lower().replace("_", "-"))
    row |= {"id": number, "channels": [CHANNEL], "taxon": "kitchen", "attributes": {"ean": f"40063813340{number:02}"}}
    row |= {"createdAt": BORN + timedelta(seconds=number), "updatedAt": BORN + timedelta(seconds=number)}
    row["enabled"] = code != "LL_OLD_001"
    if shown:
        told = shown["translations"]["en_US"]
        row |= {name: told[name] for name in ("name", "slug", "description")}
        row |= {"attributes": {last_part(each["attribute"]): each["value"] for each in shown["attributes"]}}
        row |= {"options": [last_part(each) for each in shown["options"]], "selection": shown["variantSelectionMethod"]}
        row["images"] = [
            {"id": each["id"], "path": each["path"], "position": each["position"],
             "variants": [last_part(one) for one in each["productVariants"]]}
            for each in shown["images"]
        ]  # fmt: skip
    shop.products[code] = row
    for each in [last_part(iri) for iri in shown["variants"]] if shown else [code]:
        _variant(shop, each, code)


def _variant(shop: Shop, code: str, product: str) -> None:
    shown = _seen("ProductVariant", "admin").get(f"/api/v2/admin/product-variants/{code}")
    row = new_variant(shop, code, product) | {"name": "", "tracked": True, "onHand": 25, "taxCategory": "standard"}
    row |= {"weight": 0.4, "createdAt": BORN, "updatedAt": BORN}
    row["channelPricings"] = {CHANNEL: {"price": _PRICES.get(code, 1999), "originalPrice": None}}
    if shown:
        row |= {name: shown[name] for name in ("onHand", "tracked", "weight")}
        row |= {"name": shown["translations"]["en_US"]["name"], "createdAt": shop.read(shown["createdAt"])}
        prices = shown["channelPricings"][CHANNEL]
        row["channelPricings"] = {CHANNEL: {name: prices[name] for name in ("price", "originalPrice")}}
        row["values"] = [(each.split("/")[-3], last_part(each)) for each in shown["optionValues"]]
    row["onHand"] = _STOCK.get(code, row["onHand"])
    shop.variants[code] = row


def _promotion(shop: Shop, row: Row) -> None:
    moments = {name: shop.read(row[name]) if row[name] else None for name in ("startsAt", "endsAt", "archivedAt")}
    shop.promotions[row["code"]] = {
        **{name: row[name] for name in ("id", "code", "name", "priority", "exclusive", "usageLimit", "couponBased")},
        **moments,
        "used": 0,
        "label": row["translations"]["en_US"]["label"],
        "channels": [CHANNEL],
        "rules": [{name: each[name] for name in ("id", "type", "configuration")} for each in row["rules"]],
        "actions": [{name: each[name] for name in ("id", "type", "configuration")} for each in row["actions"]],
        "createdAt": shop.read(row["createdAt"]),
    }


def _coupon(shop: Shop, row: Row) -> None:
    names = ("code", "usageLimit", "perCustomerUsageLimit", "reusableFromCancelledOrders")
    shop.coupons[row["code"]] = {
        **{name: row[name] for name in names},
        "used": 0,
        "promotion": last_part(row["promotion"]),
        "expiresAt": shop.read(row["expiresAt"]) if row["expiresAt"] else None,
        "createdAt": shop.read(row["createdAt"]),
    }
