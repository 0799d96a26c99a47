"""WooCommerce's sentences for setup screens, in shop language. Used by the shop service and its steps."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tillbridge.platforms.woocommerce.shop_facts import GUESTS, LINK, SWITCH_OFF

TOO_OLD = (
    "This shop runs WooCommerce {version}. Sales need 9.9 or newer: ask whoever looks after the shop to update it."
)
PLAIN_HTTP = (
    "The shop is reached over plain http. Calls are signed, so the secret does not travel, but what they carry can be "
    "read on the way. Use https if the shop has it."
)
TLS = "The shop answers at {home} over https; the key travels in the {way}."
FEW_DECIMALS = (
    "The shop shows prices with {decimals} decimals, fewer than {currency} has, and would round every sale. Set "
    "WooCommerce, Settings, General, Number of decimals."
)
PW_CARDS = "PW Gift Cards Pro is active: balances, payment by card and giving back work."
NO_ORDER_TABLES = "Its orders are kept the old way, so a lost sale is looked for among the till orders of that hour."
LOUD = (
    "Before 10.6 WooCommerce mails the merchant a “new order” notice for each till sale. Update, or switch it off "
    "in WooCommerce, Settings, Emails."
)
NO_TAXES = "Taxes are switched off in the shop, so its orders will carry none."
NO_COUPONS = "Coupons are switched off in the shop, so no code will be accepted."

MAIL_CHOICES = (
    (GUESTS, "Keep silent: till orders are not linked to shoppers' accounts"),
    (SWITCH_OFF, "Link orders to accounts and switch the shop's refund mails off"),
    (LINK, "Link orders to accounts; the shop may mail shoppers about refunds"),
)


def version(facts: Mapping[str, str], known: tuple[int, int] | None) -> str:
    """What the shop's version means for till sales."""
    said = f"WooCommerce {facts['version']}." if known else "The shop does not tell its version."
    return " ".join([said, *_version_warnings(facts, known)])


def _version_warnings(facts: Mapping[str, str], known: tuple[int, int] | None) -> list[str]:
    found = [NO_ORDER_TABLES] if facts.get("hpos") == "no" else []
    return [*found, LOUD] if known is not None and known < (10, 6) else found


def tax(facts: Mapping[str, str]) -> str:
    """The tax settings and what follows from them."""
    if facts.get("taxes") != "yes":
        return NO_TAXES
    included = "with" if facts.get("prices_include_tax") == "yes" else "without"
    where = "for the whole order" if facts.get("round_at_subtotal") == "yes" else "line by line"
    plain = facts.get("prices_include_tax") != "yes" and facts.get("round_at_subtotal") != "yes"
    fee = " A line “Rounding” of a cent may appear where its rounding differs from the till's." if plain else ""
    return f"Prices are entered {included} tax, and tax is rounded {where}. Sales arrive to the cent.{fee}"


def mails(chosen: str, refunds_mailed: bool) -> str:
    """What is done about mails."""
    stock = " Low-stock notices to the merchant follow the shop's own settings."
    if chosen == GUESTS:
        return "Till orders carry no e-mail address, so the shop mails no shopper about them." + stock
    about = "refunds are mailed to them by the shop" if refunds_mailed else "its refund mails are switched off"
    return f"Till orders are linked to shoppers' accounts; {about}." + stock


def warnings(facts: Mapping[str, str]) -> tuple[str, ...]:
    """What the operator should know right after the test."""
    found = []
    if facts.get("taxes") != "yes":
        found.append(NO_TAXES)
    if facts.get("coupons") != "yes":
        found.append(NO_COUPONS)
    return tuple(found)


def as_json(value: Mapping[str, str]) -> str:
    """A small table as one fact."""
    return json.dumps(dict(value), sort_keys=True)
