"""Sylius's sentences for setup screens, in shop language. Used by the shop service and its steps."""

from __future__ import annotations

from tillbridge.platforms.sylius.shop_facts import KEEP, SHIP, SHOPPERS, TILL_ONLY

API_OFF = "no Sylius API answers at this address: it is switched off until the shop's developer sets sylius_api.enabled"
VERSION = "Sylius 2. The shop does not tell its exact release; the API of 2.0 to 2.3 is understood."
CHANNEL = "Till sales go through the channel “{name}” ({code}) at {host}, in {currency}, under {address}."
NO_ADDRESS = (
    "The channel “{name}” lacks a complete address of the shop, which each till sale carries. Fill it in: Sylius "
    "admin, Configuration, Channels, {name}, Shop billing data."
)
NO_CHANNEL = "No channel of this shop has the host name {host}. The till would sell through none."
NO_COUNTRY = "The channel “{name}” does not deliver to its own country {country}. Add it to the channel's countries."
PAYMENT_MISSING = (
    "The channel has no enabled offline payment method. Make one named “Paid at the till”: Sylius admin, "
    "Configuration, Payment methods, Create, Offline."
)
SHIPPING_MISSING = (
    "The channel has no enabled shipping method without cost. Make one named “Taken along in store”: Sylius admin, "
    "Configuration, Shipping methods, flat rate 0.00."
)
PAYMENT_CHOOSE = "Choose the payment method that means “paid at the till”."
SHIPPING_CHOOSE = "Choose the shipping method that means “taken along in store”."
PAYMENT_CHOSEN = "Till sales are paid by “{name}”."
SHIPPING_CHOSEN = "Till sales are delivered by “{name}”."

MAIL_CHOICES = (
    (TILL_ONLY, "Till sales carry the till's e-mail address; no shopper is mailed"),
    (SHOPPERS, "Till sales carry the shopper's address: the shop's order and shipment mails are switched off there"),
)
MAILS = {
    TILL_ONLY: "Sylius confirms each order by mail. Till sales carry {email}, so that mail goes there and to nobody "
    "else. They are not linked to shoppers.",
    SHOPPERS: "Till sales carry the shopper's e-mail address, since you said that this shop's order and shipment mails "
    "are switched off. If they are not, shoppers will be mailed.",
}
HANDOVER_CHOICES = (
    (KEEP, "Leave till sales ready under the in-store method; they can still be cancelled"),
    (SHIP, "Mark till sales as handed over; they can then be refunded, not cancelled, and a shipment mail goes out"),
)
HANDOVER = {
    KEEP: "Till sales stay ready under the in-store method, so staff know they are gone. They can be cancelled.",
    SHIP: "Till sales are marked as handed over. The shop mails a shipment notice to the address they carry, and they "
    "can be refunded but not cancelled.",
}
