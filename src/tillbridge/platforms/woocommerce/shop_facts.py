"""What preparation found out about a shop, as facts kept with the connection, and how adapters read them back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tillbridge.platforms.contract import Session
from tillbridge.platforms.woocommerce.order_writing import Circumstances
from tillbridge.platforms.woocommerce.reckoning import TaxMode

CUSTOMERS = "customers"
LINK, GUESTS, SWITCH_OFF = "link", "guests", "switch_off"
ADD_ON = "gift_card_add_on"
GIFT_CARDS = "gift_cards"
"""yes or no, as the connection's readiness shows it."""
PW, OFFICIAL, NONE = "pw", "official", "none"


def circumstances(session: Session) -> Circumstances:
    """The tax mode and tax classes of the session's shop."""
    facts = session.connection.facts
    told = json.loads(facts.get("tax_classes") or "{}")
    classes = {Decimal(rate): str(name) for rate, name in told.items()}
    return Circumstances(TaxMode.of(facts, session.connection.currency), classes)


def links_customers(session: Session) -> bool:
    """Whether orders may be linked to accounts; a linked order's refund is mailed unless the shop stopped it."""
    return session.connection.facts.get(CUSTOMERS) == LINK


def add_on(session: Session) -> str:
    """The gift card add-on preparation found."""
    return session.connection.facts.get(ADD_ON, NONE)


def weight_unit(session: Session) -> str:
    """The unit product weights are in."""
    return session.connection.facts.get("weight_unit", "kg")


def settings_of(rows: Iterable[Any]) -> dict[str, str]:
    """A settings group as option -> value, without the ``woocommerce_`` in front."""
    return {
        str(row.get("id", "")).removeprefix("woocommerce_"): str(row.get("value", ""))
        for row in rows
        if isinstance(row, dict)
    }


def tax_classes(rows: Iterable[Mapping[str, Any]], country: str) -> dict[str, str]:
    """Rate -> class at the shop's own country, where one plain rate makes up the class."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.get("country") in ("", country) and not row.get("state") and not row.get("compound"):
            name = str(row.get("class", "standard"))
            found.setdefault("" if name == "standard" else name, []).append(str(row.get("rate", "0")))
    alone = {name: rates[0] for name, rates in found.items() if len(rates) == 1}
    # the standard class comes first, so it wins where two classes have one rate
    return {str((Decimal(rate) / 100).normalize()): name for name, rate in sorted(alone.items(), reverse=True)}


def standard_rate(classes: Mapping[str, str]) -> str:
    """The rate of the standard class as a fraction; empty where no single rate makes it up."""
    return next((rate for rate, name in classes.items() if not name), "")
