"""What test and preparation found out about a shop, as facts kept with the connection, and how they are read back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal

from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop.reading import Row, id_of, number_of, text_of
from tillbridge.platforms.prestashop.spec import DEFAULT_MODULE

CARRIER, CUSTOMER, ADDRESS, MAILS = "carrier", "walk_in_customer", "walk_in_address", "mails"
QUIET, LOUD, OFF = "quiet", "shop", "off"
"""How till orders meet the shop's mails: placed unpaid and silent, left to the shop, or the shop sends none."""
NO_MAIL = "3"

SETTINGS = {
    "PS_SHOP_NAME": "name",
    "PS_TIMEZONE": "zone",
    "PS_CURRENCY_DEFAULT": "currency_id",
    "PS_LANG_DEFAULT": "language_id",
    "PS_COUNTRY_DEFAULT": "country_id",
    "PS_SHOP_COUNTRY_ID": "shop_country_id",
    "PS_SHOP_ADDR1": "street",
    "PS_SHOP_CITY": "city",
    "PS_SHOP_CODE": "postcode",
    "PS_OS_WS_PAYMENT": "state_paid",
    "PS_OS_ERROR": "state_error",
    "PS_OS_CANCELED": "state_canceled",
    "PS_TAX": "taxes",
    "PS_TAX_ADDRESS_TYPE": "tax_address",
    "PS_ROUND_TYPE": "rounding",
    "PS_MAIL_METHOD": "mail_method",
    "PS_WEIGHT_UNIT": "weight_unit",
    "PS_STOCK_MANAGEMENT": "stock",
    "PS_VERSION_DB": "version_db",
}
"""Settings of the shop by the names of our facts."""

_DEFAULTS = {"language_id": "1", "currency_id": "1", "state_paid": "11", "state_error": "8", "state_canceled": "6"}
_DEFAULTS |= {"rounding": "2", "weight_unit": "kg", "stock": "1", "shop_id": "1", "shop_group_id": "1", MAILS: QUIET}


def fact(session: Session, name: str) -> str:
    """A fact, or what an untouched shop has."""
    return session.connection.facts.get(name) or _DEFAULTS.get(name, "")


def language(session: Session) -> str:
    """The language texts are read in."""
    return fact(session, "language_id")


def zone_of(session: Session) -> str:
    """The zone of the shop's wall clock, in which all its dates are."""
    return fact(session, "zone") or session.connection.zone or "UTC"


def module_of(session: Session) -> str:
    """The payment module till orders are booked under."""
    return session.connection.settings.get("payment_module") or DEFAULT_MODULE


def tax_rates(session: Session) -> dict[str, Decimal]:
    """Rate as a fraction by tax rules group, at the shop's own place."""
    told = json.loads(session.connection.facts.get("tax_rates") or "{}")
    return {str(group): Decimal(rate) for group, rate in told.items()}


def settings_of(rows: Iterable[Row]) -> dict[str, str]:
    """Settings by name; a value of null is empty."""
    return {SETTINGS[name]: text_of(row, "value", "") for row in rows if (name := text_of(row, "name", "")) in SETTINGS}


def rates_of(rules: Iterable[Row], taxes: Iterable[Row]) -> dict[str, str]:
    """Group -> rate from the rules of one country; those of single states are left out."""
    known = {id_of(tax): number_of(tax, "rate") for tax in taxes if text_of(tax, "active", "1") == "1"}
    found: dict[str, str] = {}
    for rule in rules:
        group, rate = id_of(rule, "id_tax_rules_group"), known.get(id_of(rule, "id_tax"))
        if rate is not None and text_of(rule, "id_state", "0") == "0":
            found.setdefault(group, str((rate / 100).normalize()))
    return found
