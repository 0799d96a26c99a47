"""BigCommerce's sentences for setup screens, in shop language. Used by the shop service and its steps."""

from __future__ import annotations

from tillbridge.platforms.bigcommerce.shop_facts import GUESTS, LINK

TAX_INCLUDED = "The shop's prices include tax. Sales arrive with the till's own totals, to the cent."
TAX_EXCLUDED = "The shop's prices are without tax. Sales arrive with the till's own totals, to the cent."
LOCATION_CHOSEN = "Stock is kept at {name}."
LOCATION_OPEN = "Choose the location that stands for the till's stock."
NO_LOCATION = "The shop has no location that keeps stock. Enable one in the control panel, Products, Inventory."
CHANNEL_CHOSEN = "Till orders are listed under {name}."
CHANNEL_OPEN = "Choose the channel till orders are listed under."
CHANNEL_MADE = "The channel {name} was made; till orders are listed under it."
NEW_CHANNEL, NEW_CHANNEL_TITLE = "new", "Make a channel “Shop till” of its own"
TILL_CHANNEL = "Shop till"
LOWERS = {
    "order_placed": "The shop lowers stock when an order is placed; till orders lower it at once.",
    "order_completed_or_shipped": "The shop lowers stock when an order is completed; till orders arrive completed.",
}
LOWERS_UNKNOWN = "The shop did not say when it lowers stock, so stock is read again after each till sale."
CANCEL_BY_SHOP = " A cancelled order's goods are put back by the shop."
CANCEL_BY_US = " A cancelled order's goods are put back by us, since the shop leaves them out."
CHECK_FIRST = " Compare one product's stock before and after the first till sale."
SILENT = "Till orders carry no e-mail address, so the shop mails no shopper about them."
LINKED = (
    "Till orders are linked to shoppers' accounts; the shop may mail them when such an order is cancelled or refunded."
)
MAIL_CHOICES = (
    (GUESTS, "Keep silent: till orders are not linked to shoppers' accounts"),
    (LINK, "Link orders to accounts; the shop may mail shoppers about a change of status"),
)
NO_PRICE_MODE = "The shop does not say whether its prices include tax; they are taken as with tax."


def stock(behaviour: str, cancel_restocks: str) -> str:
    """When stock moves, and who puts goods back."""
    cancelled = CANCEL_BY_US if cancel_restocks == "no" else CANCEL_BY_SHOP
    return LOWERS.get(behaviour, LOWERS_UNKNOWN) + cancelled + CHECK_FIRST
