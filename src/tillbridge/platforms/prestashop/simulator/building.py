"""A new shop: what the installer leaves behind, then the demo goods or somebody's own rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from . import demo
from .access import ApiKey
from .fields import Row
from .state import Shop
from .tables import RESOURCES

_KEY = "HARBOURLANE0TILL0KEY0FOR0TESTS01"
_STATES = (
    (1, "Awaiting check payment", "1000"), (2, "Payment accepted", "1111"), (3, "Processing in progress", "1111"),
    (4, "Shipped", "1111"), (5, "Delivered", "0111"), (6, "Canceled", "1000"), (7, "Refunded", "1010"),
    (8, "Payment error", "1000"), (9, "On backorder (paid)", "1101"), (10, "Awaiting bank wire payment", "1000"),
    (11, "Remote payment accepted", "1111"), (12, "On backorder (not paid)", "1000"),
    (13, "Awaiting Cash On Delivery validation", "1000"),
)  # fmt: skip
"""Id, name, and four flags: sends mail, paid, makes an invoice, counts as a sale."""
_SETTINGS = {
    "PS_CURRENCY_DEFAULT": "1", "PS_LANG_DEFAULT": "1", "PS_COUNTRY_DEFAULT": "26", "PS_SHOP_COUNTRY_ID": "26",
    "PS_OS_CANCELED": "6", "PS_OS_REFUND": "7", "PS_OS_ERROR": "8", "PS_OS_PAYMENT": "2", "PS_OS_WS_PAYMENT": "11",
    "PS_TAX_ADDRESS_TYPE": "id_address_delivery", "PS_PRICE_ROUND_MODE": "2", "PS_ROUND_TYPE": "2",
    "PS_STOCK_MANAGEMENT": "1", "PS_ORDER_OUT_OF_STOCK": "0", "PS_MAIL_METHOD": "2", "PS_WEIGHT_UNIT": "kg",
    "PS_CUSTOMER_GROUP": "3", "PS_GUEST_GROUP": "2", "PS_TAX": "1",
}  # fmt: skip


def build_shop(now: Callable[[], datetime], seed: int, rows: Mapping[str, Any] | None) -> Shop:
    """A shop filled with the demo goods, or with ``rows``: resource -> records as the API shows them."""
    shop = Shop(now=now, random=random.Random(seed))
    shop.keys.append(ApiKey(_KEY))
    install(shop)
    if rows is None:
        demo.fill(shop, seed)
        return shop
    for resource, records in rows.items():
        for record in records:
            put(shop, resource, record)
    return shop


def put(shop: Shop, resource: str, record: Mapping[str, Any]) -> None:
    """A row under its own id; what the record does not say stays at its default."""
    kind = RESOURCES[resource]
    row: Row = kind.blank() | {"id": int(record["id"]), "associations": record.get("associations") or {}}
    for name, value in record.items():
        known = kind.fields.get(name)
        if known is None:
            continue
        if known.localised and isinstance(value, list):
            row[name] = {int(one["id"]): one["value"] for one in value}
        elif known.localised:
            row[name] = {1: value}
        else:
            row[name] = None if value is None else "" if value is False else str(value)
    shop.rows[resource][int(record["id"])] = row
    shop.last[resource] = max(shop.last.get(resource, 0), int(record["id"]))


def install(shop: Shop) -> None:
    """Languages, money, taxes, states and settings of a fresh Irish shop."""
    put(shop, "languages", {"id": 1, "name": "English (English)", "iso_code": "en", "active": "1", "locale": "en-US"})
    put(shop, "currencies", {
        "id": 1, "name": "Euro", "names": "Euro", "symbol": "€", "iso_code": "EUR", "precision": "2", "active": "1",
        "conversion_rate": "1.000000", "numeric_iso_code": "978",
    })  # fmt: skip
    for key, iso, name in ((26, "IE", "Ireland"), (1, "DE", "Germany"), (17, "GB", "United Kingdom")):
        put(shop, "countries", {"id": key, "iso_code": iso, "active": "1", "name": name})
    for key, name in ((1, "Visitor"), (2, "Guest"), (3, "Customer")):
        put(shop, "groups", {"id": key, "reduction": "0.00", "show_prices": "1", "name": name})
    put(shop, "carriers", {"id": 1, "id_reference": "1", "name": "Click and collect", "active": "1", "is_free": "1"})
    put(shop, "carriers", {"id": 2, "id_reference": "2", "name": "My carrier", "active": "1", "is_free": "0"})
    put(shop, "shops", {"id": 1, "id_shop_group": "1", "id_category": "2", "active": "1", "name": shop_name()})
    for key, name, flags in _STATES:
        mail, paid, invoice, counts = tuple(flags)
        put(shop, "order_states", {
            "id": key, "name": name, "send_email": mail, "paid": paid, "invoice": invoice, "logable": counts,
            "shipped": "1" if key in (4, 5) else "0", "delivery": "1" if key in (3, 4, 5) else "0",
            "unremovable": "1", "color": "#3498D8", "template": "" if key == 5 else "state",
        })  # fmt: skip
    for key, rate, name in ((1, "23.000", "VAT IE 23%"), (2, "0.000", "VAT IE 0%")):
        put(shop, "taxes", {"id": key, "rate": rate, "active": "1", "name": name})
        put(shop, "tax_rule_groups", {"id": key, "name": name, "active": "1"})
        for country in (26, 1):
            rule = {"id": 2 * key - (country == 26), "id_tax_rules_group": str(key), "id_tax": str(key)}
            put(shop, "tax_rules", rule | {"id_country": str(country)})
    for number, (name, value) in enumerate((_SETTINGS | demo.SETTINGS).items(), 1):
        put(shop, "configurations", {"id": number, "name": name, "value": value})


def shop_name() -> str:
    return demo.SETTINGS["PS_SHOP_NAME"]
