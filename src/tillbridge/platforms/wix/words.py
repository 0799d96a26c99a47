"""Wix's sentences for setup screens, in shop language. Used by the shop service and its steps."""

from __future__ import annotations

from tillbridge.platforms.wix.shop_facts import GUESTS, LINK

CATALOG_V3 = "The site has Catalog V3, which Tillbridge speaks."
LOCATION = "The online shop sells from {name}; its numbers are the ones kept in step."
SEVERAL_PLACES = " Stock of the site's other locations is left alone."
NO_LOCATION = "The site names no default location for its stock."
LOWERS = {
    "ON_ORDER_PLACED": "The site lowers stock when an order is placed; till orders lower it at once.",
    "ON_ORDER_PAID": "The site lowers stock when an order is paid; till orders arrive paid.",
}
LOWERS_UNKNOWN = "The site does not say when it lowers stock."
CHECK = " The first till sale is watched: numbers before and after are compared."
TAX = {
    "yes": "The site's prices include tax. Sales arrive with the till's own totals, to the cent.",
    "no": "The site's prices are without tax. Sales arrive with the till's own totals, to the cent.",
    "": "The site has no online order yet that shows how its prices are meant; the shop's own setting is kept.",
}
SILENT = "Till orders carry no e-mail address, so Wix mails no shopper about them."
LINKED = "Till orders name the shopper by e-mail; Wix may mail them that the goods were handed over."
MAIL_CHOICES = (
    (GUESTS, "Keep silent: till orders carry no e-mail address"),
    (LINK, "Name shoppers on orders; Wix may mail them that goods were handed over"),
)
GIFT_CARDS_ON = "The Wix Gift Card app is there: balances, payment by card and giving back work."
KEY_HINT = "it is the site's own, the key belongs to the same account, and the key may read site settings"


def stock(trigger: str) -> str:
    """When stock moves."""
    return LOWERS.get(trigger, LOWERS_UNKNOWN) + CHECK
