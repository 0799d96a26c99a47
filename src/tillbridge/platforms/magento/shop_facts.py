"""What preparation found out about a shop, as facts kept with the connection, and how adapters read them back."""

from __future__ import annotations

from tillbridge.platforms.contract import Session

SOURCE, STORE_ID, WEBSITE_ID, MEDIA, WEIGHT_UNIT = "source", "store_id", "website_id", "media_url", "weight_unit"
BARCODE, INCLUDED, RATE, GIFT_CARDS = "barcode", "prices_include_tax", "standard_tax_rate", "gift_cards"
TAX_CHOICE = "tax_choice"
_DEFAULT_SOURCE, _FIRST_STORE = "default", "1"


def source_of(session: Session, location: str = "") -> str:
    """The source that stands for one of our locations, else the prepared one."""
    facts = session.connection.facts
    return facts.get(f"location:{location}") or facts.get(SOURCE) or _DEFAULT_SOURCE


def store_id(session: Session) -> int:
    """The store view's id that imported orders carry; always the same, since numbers are unique within one."""
    return int(session.connection.facts.get(STORE_ID) or _FIRST_STORE)


def website_id(session: Session) -> int:
    """The website accounts belong to."""
    return int(session.connection.facts.get(WEBSITE_ID) or _FIRST_STORE)


def media_url(session: Session) -> str:
    """Where pictures lie, with a slash at the end; empty while the shop was not asked."""
    return session.connection.facts.get(MEDIA, "")


def weight_unit(session: Session) -> str:
    """The unit product weights are in."""
    return session.connection.facts.get(WEIGHT_UNIT, "kgs")


def barcode_attribute(session: Session) -> str:
    """The attribute barcodes are kept in; empty when the shop has none we know."""
    return session.connection.facts.get(BARCODE, "")
