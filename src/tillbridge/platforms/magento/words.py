"""Magento's sentences for setup screens and verdicts, in shop language. Used by shop, steps, orders and discounts."""

from __future__ import annotations

PLAIN_HTTP = (
    "The shop is reached over plain http. What calls carry can be read on the way. Use https if the shop has it."
)
BY_TOKEN = "The shop takes the access token alone, so calls are not signed."
OTHER_CURRENCY = (
    "The shop shows prices in {shown} but reckons in {base}; sales are recorded in {base}, its own currency."
)
NO_BARCODES = "The shop keeps no barcode we know of (attributes barcode, ean, gtin or upc), so goods are found by SKU."

ONE_VIEW = "Orders go to the store view {name}, the only one."
CHOSEN_VIEW = "Orders go to the store view {name}."
CHOOSE_VIEW = (
    "The shop has several store views. Choose one for the till and keep it: order numbers are unique within it."
)
ONE_SOURCE = "Stock is kept at the source {name}, the only one."
CHOSEN_SOURCE = "Stock is kept at the source {name}."
CHOOSE_SOURCE = "The shop keeps stock at several sources. Choose the one the till sells from."

CHOOSE_TAX = "The shop does not say how its prices are meant. Choose how it enters them and what rate goods carry."
TAX = "Prices are entered {included} tax{rate}. Sales arrive with the till's own totals, to the cent."
TAX_RATE = "; taxed goods carry {percent} %"
TAX_CHOICE = "Prices {included} tax, goods at {percent} % ({code})"
TAX_CHOICE_BARE = "Prices {included} tax"
WITH, WITHOUT = "with", "without"

MAILS = (
    "Imported till orders, their refunds and cancellations send no mail. A customer made at the till is welcomed by "
    "mail; to stop that, switch the welcome mail off in Magento admin, Stores, Configuration, Customers, Customer "
    "Configuration."
)

MONEY_ALONE = (
    "Magento gives back money only together with goods. Give it back in Magento admin: Sales, Orders, the order, "
    "Credit Memo, Adjustment Refund."
)
RETURN_IN_SALE = "{title} is a return; Magento books returns as credit memos of their own order"
GONE = "the shop no longer has {title}{sku}; pull the catalogue and link it again"
NO_SUCH_LINE = "the shop's order has no line {line}"

UNKNOWN_CODE = "the shop has no such code"
SWITCHED_OFF = "it is switched off"
NOT_YET = "it is valid from {day} on"
ENDED = "it ended on {day}"
USED_UP = "it is used up"
OTHER_SITE = "it is for another website of the shop"
NOT_FOR_THEM = "it is not for this group of customers"
MINIMUM = "the basket does not meet its conditions: {what}"
NOTHING_FITS = "nothing in the basket is eligible for it"
NOT_TOGETHER = "it cannot be combined with another code"
CART_REFUSES = "the shop's own cart refuses it for this basket"
