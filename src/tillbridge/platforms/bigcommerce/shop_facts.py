"""What preparation found out about a store, as facts kept with the connection, and how adapters read them back."""

from __future__ import annotations

from dataclasses import dataclass

from tillbridge.platforms.contract import Session

LOCATION, CUSTOMERS = "location_id", "customers"
CHANNEL, DEFAULT_CHANNEL = "channel_id", "default_channel_id"
WEIGHT, COUNTRY, COUNTRY_CODE = "weight_unit", "country", "country_code"
STOCK_BEHAVIOUR, CANCEL_RESTOCKS = "stock_behaviour", "cancel_restocks"
LINK, GUESTS = "link", "guests"
FIRST = "1"
"""The id of every store's first location and first channel."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the store is like, as far as the form of an order depends on it."""

    channel_id: int = 1
    country: str = ""
    country_code: str = ""


def circumstances(session: Session) -> Circumstances:
    """Channel and home of the session's store."""
    facts = session.connection.facts
    return Circumstances(int(channel(session)), facts.get(COUNTRY, ""), facts.get(COUNTRY_CODE, ""))


def channel(session: Session) -> str:
    """The channel till orders are listed under: the chosen one, else the store's own."""
    facts = session.connection.facts
    return facts.get(CHANNEL) or facts.get(DEFAULT_CHANNEL) or FIRST


def location(session: Session) -> str:
    """The location the till's stock belongs to."""
    return session.connection.facts.get(LOCATION) or FIRST


def links_customers(session: Session) -> bool:
    """Whether orders may be linked to accounts; the shop may then mail about a change of status."""
    return session.connection.facts.get(CUSTOMERS) == LINK
