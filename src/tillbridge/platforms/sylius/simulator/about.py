"""What the shop tells of itself: channels, currencies, languages, taxes, and the methods of paying and shipping."""

from __future__ import annotations

from .collections import listed
from .http import Call, Reply, context, not_found
from .state import ADMIN, Row, Shop, last_part


def channel_list(call: Call) -> Reply:
    """All channels, whatever host was asked."""
    return listed(call, "Channel", list(call.shop.channels.values()), _channel)


def channel_read(call: Call) -> Reply:
    """One channel."""
    row = call.shop.channels.get(call.words["code"])
    if row is None:
        raise not_found()
    return Reply(context("Channel", _channel(row)))


def _channel(row: Row) -> Row:
    own = row["shopBillingData"]
    history = {
        "@type": "ChannelPriceHistoryConfig",
        "lowestPriceForDiscountedProductsCheckingPeriod": 30,
        "lowestPriceForDiscountedProductsVisible": True,
        "taxonsExcludedFromShowingLowestPrice": [],
    }
    return {
        "@id": f"{ADMIN}/channels/{row['code']}",
        "@type": "Channel",
        "baseCurrency": row["baseCurrency"],
        "defaultLocale": row["defaultLocale"],
        "defaultTaxZone": row.get("defaultTaxZone"),
        "taxCalculationStrategy": "order_items_based",
        "currencies": [row["baseCurrency"]],
        "locales": [row["defaultLocale"]],
        "countries": row["countries"],
        "themeName": None,
        "contactEmail": row["contactEmail"],
        "contactPhoneNumber": row.get("contactPhoneNumber"),
        "skippingShippingStepAllowed": False,
        "skippingPaymentStepAllowed": False,
        "accountVerificationRequired": row.get("accountVerificationRequired", True),
        "shippingAddressInCheckoutRequired": False,
        "shopBillingData": {"@type": "ShopBillingData", **own} if own else None,
        "menuTaxon": row.get("menuTaxon"),
        "channelPriceHistoryConfig": history,
        "code": row["code"],
        "name": row["name"],
        "description": None,
        "hostname": row["hostname"],
        "color": row.get("color"),
        "enabled": row["enabled"],
    }


def currency_list(call: Call) -> Reply:
    """The currencies the channels sell in."""
    codes = dict.fromkeys(last_part(each["baseCurrency"]) for each in call.shop.channels.values())
    return listed(call, "Currency", [{"code": code} for code in codes], _currency)


def _currency(row: Row) -> Row:
    name = {"EUR": "Euro"}.get(row["code"], row["code"])
    return {"@id": f"{ADMIN}/currencies/{row['code']}", "@type": "Currency", "code": row["code"], "name": name}


def locale_list(call: Call) -> Reply:
    """The one language of this shop."""

    def view(row: Row) -> Row:
        head = {"@id": f"{ADMIN}/locales/{row['code']}", "@type": "Locale", "id": 1, "code": row["code"]}
        return head | {"name": "English (United States)"}

    return listed(call, "Locale", [{"code": call.shop.locale}], view, "locales")


def tax_rate_list(call: Call) -> Reply:
    """The rates by category and zone."""

    def view(row: Row) -> Row:
        return {
            "@id": f"{ADMIN}/tax-rates/{row['code']}",
            "@type": "TaxRate",
            "zone": f"{ADMIN}/zones/{row['zone']}",
            "id": row["id"],
            "code": row["code"],
            "category": f"{ADMIN}/tax-categories/{row['category']}",
            "name": row["name"],
            "amount": row["amount"],
            "includedInPrice": row["includedInPrice"],
            "calculator": "default",
            "startDate": None,
            "endDate": None,
        }

    return listed(call, "TaxRate", list(call.shop.tax_rates.values()), view, "tax-rates")


def payment_method_list(call: Call) -> Reply:
    """With the gateway behind each."""

    def view(row: Row) -> Row:
        gateway: Row = {"@id": f"{ADMIN}/gateway-configs/{row['id']}", "@type": "GatewayConfig"}
        gateway |= {"factoryName": row["gateway"], "gatewayName": row["gateway"], "config": []}
        return _method(call.shop, row, "payment-methods", "PaymentMethod") | {"gatewayConfig": gateway}

    return listed(call, "PaymentMethod", list(call.shop.payment_methods.values()), view, "payment-methods")


def shipping_method_list(call: Call) -> Reply:
    """With what each costs in each channel."""

    def view(row: Row) -> Row:
        costs = {channel: {"amount": amount} for channel, amount in row["amounts"].items()}
        own: Row = {"zone": f"{ADMIN}/zones/{row['zone']}", "shippingChargesCalculator": "flat_rate"}
        own |= {"shippingChargesCalculatorConfiguration": costs, "rules": [], "archivedAt": None}
        return _method(call.shop, row, "shipping-methods", "ShippingMethod") | own

    return listed(call, "ShippingMethod", list(call.shop.shipping_methods.values()), view, "shipping-methods")


def _method(shop: Shop, row: Row, noun: str, kind: str) -> Row:
    at = f"{ADMIN}/{noun}/{row['code']}"
    told: Row = {"@id": f"{at}/translations/{shop.locale}", "@type": f"{kind}Translation", "name": row["name"]}
    told |= {"description": None} | ({"instructions": None} if kind == "PaymentMethod" else {})
    return {
        "@id": at,
        "@type": kind,
        "channels": [f"{ADMIN}/channels/{each}" for each in row["channels"]],
        "id": row["id"],
        "code": row["code"],
        "position": row["position"],
        "enabled": row["enabled"],
        "translations": {shop.locale: told},
    }
