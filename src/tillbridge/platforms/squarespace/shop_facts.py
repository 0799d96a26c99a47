"""What test and preparation found out about a site, as facts kept with the connection, and how adapters read them."""

from __future__ import annotations

from tillbridge.platforms.contract import Session

LANGUAGE, COUNTRY, SITE = "language", "country", "site"
SHOPPERS = "shoppers"
NAMED, UNNAMED = "named", "unnamed"
_ANY_LANGUAGE = "en-US"


def names_shoppers(session: Session) -> bool:
    """Whether till orders carry the shopper's e-mail address, as the operator chose."""
    return session.connection.facts.get(SHOPPERS) == NAMED


def language(session: Session) -> str:
    """The site's own language, which new contacts get."""
    return session.connection.facts.get(LANGUAGE) or _ANY_LANGUAGE
