"""What test and preparation found out about a site, as facts kept with the connection, and how they are read back."""

from __future__ import annotations

from tillbridge.platforms.contract import Session

LOCATION, LOCATION_NAME = "location_id", "location_name"
CUSTOMERS, LINK, GUESTS = "customers", "link", "guests"
TRIGGER, TAXES, CATALOG = "inventory_update_trigger", "prices_include_tax", "catalog_version"
GIFT_CARDS = "gift_cards"


def location(session: Session) -> str:
    """The default location, where the online shop's stock is; empty before preparation."""
    return session.connection.facts.get(LOCATION, "")


def names_shoppers(session: Session) -> bool:
    """Whether orders may name the shopper by e-mail; Wix may then mail them about it."""
    return session.connection.facts.get(CUSTOMERS) == LINK


def has_gift_cards(session: Session) -> bool:
    """Whether the site has the gift card app, as the live test found; before it, it is tried."""
    return session.connection.facts.get(GIFT_CARDS) != "no"
