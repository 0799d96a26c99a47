"""What preparation found out about a shop, as facts kept with the connection, and how adapters read them back."""

from __future__ import annotations

import json

from tillbridge.platforms.contract import Session
from tillbridge.platforms.reading import parse
from tillbridge.platforms.sylius import wire
from tillbridge.platforms.sylius.shelf import Shelf

CHANNEL, LOCALE, ADDRESS = "channel", "locale", "address"
PAYMENT, SHIPPING = "payment_method", "shipping_method"
MAILS, TILL_ONLY, SHOPPERS = "mails", "till_only", "shoppers"
HANDOVER, KEEP, SHIP = "handover", "keep", "ship"


def shelf(session: Session) -> Shelf:
    """The shelf of a connection's channel."""
    connection = session.connection
    return Shelf(
        currency=connection.currency,
        channel=connection.facts.get(CHANNEL, ""),
        locale=connection.facts.get(LOCALE, ""),
        zone=zone(session),
        barcode_field=connection.settings.get("barcode_field", ""),
    )


def zone(session: Session) -> str:
    """The zone the shop's dates are in, as the operator said."""
    return session.connection.settings.get("time_zone", "") or "UTC"


def own_address(session: Session) -> wire.BillingData:
    """The shop's own address, which till sales carry."""
    return parse(wire.BillingData, json.loads(session.connection.facts.get(ADDRESS) or "{}"), "$.shopBillingData")


def carries_shoppers(session: Session) -> bool:
    """Whether sales may carry shoppers' own addresses, since the operator said the shop's mails are off."""
    return session.connection.facts.get(MAILS) == SHOPPERS


def hands_over(session: Session) -> bool:
    """Whether sales are marked as handed over."""
    return session.connection.facts.get(HANDOVER) == SHIP
