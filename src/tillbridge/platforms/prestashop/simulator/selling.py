"""From a cart to an order as the shop makes it: its own totals, its own state, and nothing of what was only echoed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from . import pricing, states
from .faults import died
from .fields import Row, fixed, number, whole
from .pricing import ZERO, Priced, cents
from .state import ERROR, Shop

_TAKEN = "Cart cannot be loaded or an order has already been placed using this cart"
_KEY = "Error processing order. Secure key does not match."


@dataclass(frozen=True, slots=True)
class Sums:
    """A cart's goods with and without tax, what codeless rules took, and what is to be paid."""

    gross: Decimal
    net: Decimal
    off: Decimal
    off_net: Decimal

    @property
    def total(self) -> Decimal:
        return self.gross - cents(self.off)


def place(shop: Shop, posted: Row) -> int:
    """The order of a cart. A total that differs by a cent makes it a payment error; it is made all the same."""
    cart = _cart(shop, whole(posted["id_cart"]))
    customer = _customer(shop, cart, posted)
    if str(posted["module"]) not in shop.switches.modules:
        raise died()
    lines = pricing.cart_lines(shop, cart)
    if not lines:
        raise died()
    gross, net = (pricing.total(shop, lines, taxed=taxed) for taxed in (True, False))
    # the paid check comes before rules without a code are attached
    fits = fixed(posted["total_paid"], 2) == fixed(gross, 2) or not _counts(shop)
    rules = list(pricing.codeless(shop, whole(customer["id"])))
    taken = [pricing.rule_value(rule, gross, net) for rule in rules]
    sums = Sums(gross, net, sum((one for one, _ in taken), ZERO), sum((one for _, one in taken), ZERO))
    order = shop.add("orders", _order(shop, cart, posted, sums), {"order_rows": []})
    _details(shop, order, lines)
    for rule, (value, value_net) in zip(rules, taken, strict=True):
        _attach(shop, order, rule, value, value_net)
    for row in list(shop.matching("specific_prices", id_cart=cart["id"])):
        del shop.rows["specific_prices"][whole(row["id"])]
    _finish(shop, order, fits=fits)
    return order


def _counts(shop: Shop) -> bool:
    """Only a state that counts as a sale has its amount compared."""
    state = shop.rows["order_states"].get(shop.number("PS_OS_WS_PAYMENT"))
    return state is not None and state["logable"] == "1"


def _cart(shop: Shop, cart_id: int) -> Row:
    cart = shop.rows["carts"].get(cart_id)
    taken = any(shop.matching("orders", id_cart=cart_id))
    if cart is None or (taken and not shop.switches.race_window):
        raise died(_TAKEN)
    return cart


def _customer(shop: Shop, cart: Row, posted: Row) -> Row:
    wanted = shop.rows["customers"].get(whole(posted["id_customer"]))
    if whole(cart["id_customer"]) == 0:
        raise died()
    if wanted is None or wanted["secure_key"] != cart["secure_key"]:
        raise died(_KEY)
    return wanted


def _order(shop: Shop, cart: Row, posted: Row, sums: Sums) -> Row:
    off, off_net = cents(sums.off), cents(sums.off_net)
    copied = ("id_address_delivery", "id_address_invoice", "id_currency", "id_lang", "id_customer", "id_carrier")
    return {
        **{name: cart[name] for name in (*copied, "id_shop_group", "id_shop", "secure_key")},
        "id_cart": cart["id"],
        "module": posted["module"],
        "payment": posted["payment"],
        "reference": shop.reference(),
        "total_discounts": off,
        "total_discounts_tax_incl": off,
        "total_discounts_tax_excl": off_net,
        "total_paid": sums.total,
        "total_paid_tax_incl": sums.total,
        "total_paid_tax_excl": sums.net - off_net,
        "total_paid_real": posted["total_paid"],
        "total_products": sums.net,
        "total_products_wt": sums.gross,
        "carrier_tax_rate": fixed(pricing.tax_rate(shop, 1, shop.number("PS_COUNTRY_DEFAULT")) * 100, 3),
        "round_mode": shop.setting("PS_PRICE_ROUND_MODE") or "2",
        "round_type": shop.setting("PS_ROUND_TYPE") or "2",
        "conversion_rate": "1",
    }


def _details(shop: Shop, order: int, lines: list[Priced]) -> None:
    rounding = shop.number("PS_ROUND_TYPE")
    rows = []
    for each in lines:
        row = _named(shop, each) | {
            "id_order": order, "id_shop": 1, "product_id": each.product["id"], "product_attribute_id": each.attribute,
            "product_quantity": each.quantity, "product_quantity_in_stock": each.quantity,
            "product_price": each.net, "original_product_price": each.before,
            "unit_price_tax_incl": _cut(each.gross), "unit_price_tax_excl": _cut(each.net),
            "total_price_tax_incl": cents(each.line(rounding, taxed=True)),
            "total_price_tax_excl": cents(each.line(rounding, taxed=False)),
            "reduction_amount": each.off, "reduction_amount_tax_incl": each.off,
            "reduction_amount_tax_excl": cents(each.off / (1 + each.rate)),
            "id_tax_rules_group": each.product["id_tax_rules_group"],
        }  # fmt: skip
        taxes = [{"id": str(tax["id"])} for tax in shop.matching("taxes", rate=fixed(each.rate * 100, 3))][:1]
        key = shop.add("order_details", row, {"taxes": taxes if each.rate else []})
        rows.append(order_row(shop.rows["order_details"][key]))
    shop.rows["orders"][order]["associations"] = {"order_rows": rows}


def _cut(value: Decimal) -> Decimal:
    """PHP's floats lose the last digit where they are an instant below it."""
    return value.quantize(Decimal("0.000001"))


def order_row(detail: Row) -> dict[str, str]:
    """A line as an order shows it."""
    named = ("name", "reference", "ean13", "isbn", "upc", "price")
    found = {"id": str(detail["id"])}
    found |= {name: str(detail[name]) for name in ("product_id", "product_attribute_id", "product_quantity")}
    found |= {f"product_{name}": str(detail[f"product_{name}"]) for name in named} | {"id_customization": "0"}
    return found | {name: str(detail[name]) for name in ("unit_price_tax_incl", "unit_price_tax_excl")}


def _named(shop: Shop, each: Priced) -> Row:
    """Name, article number and barcode: the combination's own, else the product's."""
    own = each.combination or each.product
    title = shop.text(each.product, "name")
    if each.combination is not None:
        links = each.combination["associations"]
        assert isinstance(links, dict)
        values = [
            shop.rows["product_option_values"].get(whole(one["id"])) for one in links.get("product_option_values", [])
        ]
        words = [f"{_option(shop, value)}:{shop.text(value, 'name')}" for value in values if value]
        title = f"{title} ({' - '.join(words)})" if words else title
    reference = own["reference"] or each.product["reference"]
    return {"product_name": title, "product_reference": reference, "product_ean13": own["ean13"]}


def _option(shop: Shop, value: Row) -> str:
    group = shop.rows["product_options"].get(whole(value["id_attribute_group"]))
    return shop.text(group, "public_name") if group else ""


def _attach(shop: Shop, order: int, rule: Row, value: Decimal, value_net: Decimal) -> None:
    row: Row = {"id_order": order, "id_cart_rule": rule["id"], "name": shop.text(rule, "name")}
    shop.add("order_cart_rules", row | {"value": value, "value_tax_excl": value_net})


def _finish(shop: Shop, order: int, *, fits: bool) -> None:
    """The first state: paid from afar, or payment error; with the mails of each."""
    row = shop.rows["orders"][order]
    state = shop.number("PS_OS_WS_PAYMENT") if fits else ERROR
    states.enter(shop, row, state, mail=True)
    if fits and number(row["total_paid"]):
        method: Row = {"payment_method": row["payment"], "amount": row["total_paid"]}
        shop.add("order_payments", method | {"order_reference": row["reference"], "id_currency": row["id_currency"]})
    if fits:
        states.write(shop, row, "Order confirmation")
