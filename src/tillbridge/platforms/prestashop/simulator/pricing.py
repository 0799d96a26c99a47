"""The shop's own arithmetic: catalogue prices with tax, prices bound to a cart, roundings, and rules without a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .fields import Row, fixed, number, whole
from .state import Shop

_CENT = Decimal("0.01")
_ITEM, _LINE = 1, 2
ZERO = Decimal(0)


def cents(value: Decimal) -> Decimal:
    """Two decimals, halves away from zero."""
    return value.quantize(_CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Priced:
    """One piece in a cart: ``before`` is the catalogue's net price, ``off`` what a reduction took, tax included."""

    product: Row
    combination: Row | None
    attribute: int
    quantity: int
    rate: Decimal
    before: Decimal
    net: Decimal
    gross: Decimal
    off: Decimal

    def line(self, rounding: int, *, taxed: bool) -> Decimal:
        """The line's amount as the shop rounds it; the third way rounds only the sum."""
        unit = self.gross if taxed else self.net
        if rounding == _ITEM:
            return cents(unit) * self.quantity
        return cents(unit * self.quantity) if rounding == _LINE else unit * self.quantity


def tax_rate(shop: Shop, group: object, country: int) -> Decimal:
    """The rate of a tax rules group in a country, as a fraction."""
    for rule in shop.matching("tax_rules", id_tax_rules_group=group, id_country=country):
        tax = shop.rows["taxes"].get(whole(rule["id_tax"]))
        return number(tax["rate"]) / 100 if tax and tax["active"] == "1" else ZERO
    return ZERO


def country_of(shop: Shop, address: object) -> int:
    """The country of an address; the shop's own without one."""
    row = shop.rows["addresses"].get(whole(address))
    return whole(row["id_country"]) if row else shop.number("PS_COUNTRY_DEFAULT")


def unit_price(
    shop: Shop, product: Row, attribute: int, *, cart: int, country: int, customer: int, quantity: int = 1,
    reduce: bool = True,
) -> Priced:  # fmt: skip
    """One piece in a cart (0: nobody's). An unknown combination costs nothing, as in the real shop."""
    combination = shop.rows["combinations"].get(attribute) if attribute else None
    if combination is not None and whole(combination["id_product"]) != product["id"]:
        return Priced(product, combination, attribute, quantity, ZERO, ZERO, ZERO, ZERO, ZERO)
    if attribute and combination is None:
        return Priced(product, None, attribute, quantity, ZERO, ZERO, ZERO, ZERO, ZERO)
    impact = number(combination["price"]) if combination else ZERO
    rate = tax_rate(shop, product["id_tax_rules_group"], country)
    special = _special(shop, whole(product["id"]), attribute, cart)
    before = number(product["price"]) + impact
    net = before
    if special is not None and number(special["price"]) >= 0:
        net = number(special["price"])
        net += impact if attribute and whole(special["id_product_attribute"]) == 0 else ZERO
    gross = net * (1 + rate)
    off = _reduction(special, gross, rate) if reduce else ZERO
    kept = 1 - _group_reduction(shop, customer)
    gross = (gross - off) * kept
    net = net * kept if not off else gross / (1 + rate)
    return Priced(product, combination, attribute, quantity, rate, before, number(fixed(net)), gross, off)


def _special(shop: Shop, product: int, attribute: int, cart: int) -> Row | None:
    """The price that wins: the cart's own before the catalogue's, the combination's before the product's."""
    rows = [
        row
        for row in shop.matching("specific_prices", id_product=product)
        if whole(row["id_cart"]) in (0, cart) and whole(row["id_product_attribute"]) in (0, attribute)
    ]
    rows.sort(key=lambda row: (whole(row["id_product_attribute"]) == attribute, whole(row["id_cart"]) > 0))
    return rows[-1] if rows else None


def _reduction(special: Row | None, gross: Decimal, rate: Decimal) -> Decimal:
    if special is None:
        return ZERO
    amount = number(special["reduction"])
    if special["reduction_type"] == "percentage":
        return gross * amount
    return amount if special["reduction_tax"] == "1" else amount * (1 + rate)


def _group_reduction(shop: Shop, customer: int) -> Decimal:
    row = shop.rows["customers"].get(customer)
    group = shop.rows["groups"].get(whole(row["id_default_group"])) if row else None
    return number(group["reduction"]) / 100 if group else ZERO


def cart_lines(shop: Shop, cart: Row) -> list[Priced]:
    """The cart's rows that name a product of the shop; the others vanish."""
    address = cart[shop.setting("PS_TAX_ADDRESS_TYPE") or "id_address_delivery"]
    country = country_of(shop, address)
    return [
        unit_price(
            shop, product, attribute, cart=whole(cart["id"]), country=country, customer=whole(cart["id_customer"]),
            quantity=quantity,
        )
        for product, attribute, quantity in _rows(shop, cart)
    ]  # fmt: skip


def _rows(shop: Shop, cart: Row) -> Iterator[tuple[Row, int, int]]:
    links = cart["associations"]
    assert isinstance(links, dict)
    for row in links.get("cart_rows", []):
        product = shop.rows["products"].get(whole(row["id_product"]))
        if product is not None:
            yield product, whole(row["id_product_attribute"]), whole(row["quantity"])


def total(shop: Shop, lines: list[Priced], *, taxed: bool) -> Decimal:
    """The goods of a cart in the shop's way of rounding."""
    rounding = shop.number("PS_ROUND_TYPE") or _LINE
    return cents(sum((each.line(rounding, taxed=taxed) for each in lines), ZERO))


def codeless(shop: Shop, customer: int) -> Iterator[Row]:
    """Rules that apply by themselves to a customer's cart."""
    now = shop.stamp()
    for rule in shop.matching("cart_rules", active="1", code=""):
        for_them = whole(rule["id_customer"]) in (0, customer)
        if for_them and str(rule["date_from"]) <= now <= str(rule["date_to"]) and whole(rule["quantity"]) > 0:
            yield rule


def rule_value(rule: Row, gross: Decimal, net: Decimal) -> tuple[Decimal, Decimal]:
    """What a rule takes off, with and without tax."""
    if percent := number(rule["reduction_percent"]):
        return gross * percent / 100, net * percent / 100
    amount = min(number(rule["reduction_amount"]), gross)
    return amount, amount * net / gross if gross else ZERO
