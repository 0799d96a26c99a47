"""PrestaShop's sentences for setup screens and refusals, in shop language. Used by the shop service and orders."""

from __future__ import annotations

from tillbridge.platforms.prestashop.shop_facts import LOUD, QUIET

TOO_OLD = (
    "This shop runs PrestaShop {version}. PrestaShop 1.7 is not supported: its webservice cannot change single fields, "
    "so a correction could empty others. Ask whoever looks after the shop to update it to 8 or 9."
)
TOO_NEW = "This shop runs PrestaShop {version}, which is newer than the ones we know; 8 and 9 are supported."
ADMIN_API = (
    "This is the address of the Admin API of PrestaShop 9, which can neither make orders nor set stock. Enter the "
    "shop's own address and a webservice key."
)
SUPPORTED = "PrestaShop {version}."
SEVERAL_SHOPS = "Several shops share this back office; the webservice key's own shop, “{name}”, is used."
NO_TAXES = "Taxes are switched off in the shop, so its orders will carry none."
FEW_DECIMALS = (
    "The shop's currency {currency} is set to {decimals} decimals, fewer than it has, and would round every sale. Set "
    "it in International, Localization, Currencies."
)
ROUNDED = {
    "1": "The shop rounds each piece, so a total may be cents higher than the till's; they are booked as a discount.",
    "2": "The shop rounds each line, so sales arrive to the cent.",
    "3": "The shop rounds the whole order, so sales arrive to the cent.",
}
NO_CARRIER = (
    "Till sales need an active carrier that is free of charge, or shipping would be added to them. Make one in "
    "Shipping, Carriers, such as “Picked up in store”, and tick “Free shipping”."
)
CARRIER = "Till sales are handed over by “{name}”."
CHOOSE_CARRIER = "Choose the free carrier till sales are handed over by."
WALK_IN = "The customer “{name}” and its address stand for sales to nobody in particular."
NO_WALK_IN = "A customer “Walk-in Customer” with the shop's own address will be made in the shop."
MAILS_OFF = "The shop sends no mails at all, so nobody is mailed about till sales."
MAILS_QUIET = (
    "The mail of the state “Payment error” is switched off in the shop. Till sales are placed in that state and set to "
    "paid in the next step, which mails nobody. Shoppers whose payment fails online are not mailed either any more."
)
MAILS_LOUD = (
    "The shop mails whoever a till sale is for: a confirmation and a receipt. Sales to nobody in particular have an "
    "address that reaches nobody."
)
MAILS_OPEN = "The shop would mail the customer of each till sale. Choose what to do about it."
MAIL_CHOICES = (
    (QUIET, "Keep silent: switch the shop's “Payment error” mail off, and place till sales without any mail"),
    (LOUD, "Let the shop mail shoppers a confirmation and a receipt for each till sale"),
)
MAIL_IS_ON = (
    "the shop's “Payment error” mail is switched on again, so shoppers would be mailed about this sale; prepare the "
    "connection again"
)
STATE_CHANGED = (
    "the shop's state “Remote payment accepted” no longer means paid and counted as a sale, so a till sale cannot wait "
    "for it without mail; set both again in Shop Parameters, Order Settings, Statuses"
)
NO_RULES = "No discount applies without a code."
CODELESS = (
    "the shop applies a discount without a code to every order ({names}), which would change the total of a paid sale; "
    "give it a code, or switch it off"
)


def rounding(kind: str, *, taxed: bool) -> str:
    """How the shop reckons an order's total."""
    said = ROUNDED.get(kind, ROUNDED["2"])
    return said if taxed else f"{NO_TAXES} {said}"
