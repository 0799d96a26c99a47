"""What the preparation of a Squarespace site says to the operator."""

from __future__ import annotations

from tillbridge.platforms.squarespace.shop_facts import NAMED, UNNAMED

NO_PRICE_MODE = "The site does not say whether its prices include tax; they are taken as with tax."
STOCK = (
    "A till order lowers the shop's stock by itself. Where the shop has too few, the order is recorded without moving "
    "stock, and stock is corrected afterwards."
)
SILENT = "Till orders carry no e-mail address, and the shopper's notice is switched off."
CARRIES = (
    "Till orders carry the shopper's e-mail address, so they show with the shopper in the panel. The shopper's notice "
    "is switched off; Squarespace does not promise that nothing else is ever sent."
)
SHOPPER_CHOICES = (
    (UNNAMED, "Keep silent: till orders carry no e-mail address"),
    (NAMED, "Put the shopper's e-mail address on till orders"),
)
KEY_PACE = (
    "With an API key the shop takes 100 orders an hour and 300 calls a minute. More sales than that wait in the queue "
    "and arrive later; an extension has no limit of orders."
)
OAUTH_PACE = "The shop takes 300 calls a minute; there is no limit of orders in an hour."
