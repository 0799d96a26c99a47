"""WooCommerce's order arithmetic as pure functions: taxes, discounts and totals out of lines and settings.

Orders and the Store API cart use it; tests hold baskets against ``recompute``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .php import ZERO, format_decimal, kept, number, rounded

LOCAL_PICKUP = ("legacy_local_pickup", "local_pickup")


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One row of the tax table; ``percent`` 23 means 23 %, ``tax_class`` "" is the standard class."""

    id: int
    percent: Decimal
    country: str = ""
    state: str = ""
    tax_class: str = ""
    priority: int = 1
    compound: bool = False
    shipping: bool = True
    name: str = "VAT"
    postcodes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The rate code of tax lines, e.g. "IE-VAT 23%-1"."""
        parts = [part for part in (self.country, self.state, self.name.upper()) if part]
        return "-".join([*parts, str(self.priority)])


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tax is due."""

    country: str
    state: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class TaxSettings:
    """The switches that move cents."""

    rates: tuple[TaxRate, ...]
    prices_include_tax: bool = True
    round_at_subtotal: bool = False
    decimals: int = 2
    enabled: bool = True
    base: Place = field(default_factory=lambda: Place("IE"))
    based_on: str = "shipping"

    def round_tax(self, value: Decimal) -> Decimal:
        """wc_round_tax_total(): ties go down while prices include tax, up otherwise."""
        return rounded(value, self.decimals, half_down=self.prices_include_tax)


Taxes = dict[int, Decimal]


@dataclass(slots=True)
class Line:
    """One order line; amounts exclude tax and keep six decimals. ``kind`` is line, fee or shipping."""

    key: int
    kind: str = "line"
    quantity: Decimal = Decimal(1)
    subtotal: Decimal = ZERO
    total: Decimal = ZERO
    tax_class: str = ""
    tax_status: str = "taxable"
    taxes: Taxes = field(default_factory=dict)
    subtotal_taxes: Taxes = field(default_factory=dict)

    def tax(self, settings: TaxSettings, *, of_subtotal: bool = False) -> Decimal:
        """total_tax or subtotal_tax of the line."""
        amounts = (self.subtotal_taxes if of_subtotal else self.taxes).values()
        if settings.round_at_subtotal:
            return sum(amounts, ZERO)
        return sum((settings.round_tax(amount) for amount in amounts), ZERO)


@dataclass(slots=True)
class Totals:
    """What stands in the order's total fields."""

    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    cart_tax: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    shipping_total: Decimal = ZERO
    discount_total: Decimal = ZERO
    discount_tax: Decimal = ZERO
    cart_taxes: Taxes = field(default_factory=dict)
    shipping_taxes: Taxes = field(default_factory=dict)


def find_rates(settings: TaxSettings, place: Place, tax_class: str) -> tuple[TaxRate, ...]:
    """The rates due at a place: one per priority, the most specific first."""
    wanted = "" if tax_class == "standard" else tax_class
    fitting = [rate for rate in settings.rates if rate.tax_class == wanted and _applies(rate, place)]
    fitting.sort(key=lambda rate: (rate.priority, not rate.country, not rate.state, not rate.postcodes, rate.id))
    found: dict[int, TaxRate] = {}
    for rate in fitting:
        found.setdefault(rate.priority, rate)
    return tuple(found.values())


def _applies(rate: TaxRate, place: Place) -> bool:
    return (
        rate.country in ("", place.country)
        and rate.state in ("", place.state)
        and (not rate.postcodes or place.postcode.upper() in rate.postcodes)
        and (not rate.cities or place.city.upper() in rate.cities)
    )


def calc_tax(amount: Decimal, rates: Sequence[TaxRate], *, inclusive: bool) -> Taxes:
    """WC_Tax::calc_tax(): tax per rate, six decimals."""
    return _inclusive(amount, rates) if inclusive else _exclusive(amount, rates)


def _exclusive(amount: Decimal, rates: Sequence[TaxRate]) -> Taxes:
    taxes = {rate.id: amount * rate.percent / 100 for rate in rates if not rate.compound}
    so_far = sum(taxes.values(), ZERO)
    for rate in (rate for rate in rates if rate.compound):
        taxes[rate.id] = (amount + so_far) * rate.percent / 100
        so_far += taxes[rate.id]
    return {key: kept(tax) for key, tax in taxes.items()}


def _inclusive(amount: Decimal, rates: Sequence[TaxRate]) -> Taxes:
    taxes: Taxes = {}
    rest = amount
    for rate in reversed([rate for rate in rates if rate.compound]):
        taxes[rate.id] = rest - rest / (1 + rate.percent / 100)
        rest -= taxes[rate.id]
    plain = [rate for rate in rates if not rate.compound]
    divisor = 1 + sum((rate.percent for rate in plain), ZERO) / 100
    for rate in plain:
        taxes[rate.id] = rest * rate.percent / 100 / divisor
    return {key: kept(tax) for key, tax in taxes.items()}


def price_excluding_tax(price: Decimal, quantity: Decimal, tax_class: str, taxable: bool, s: TaxSettings) -> Decimal:
    """wc_get_price_excluding_tax(): the catalogue price of ``quantity`` pieces without the base country's tax."""
    gross = max(price, ZERO) * max(quantity, ZERO)
    if not (taxable and s.enabled and s.prices_include_tax):
        return kept(gross)
    base = find_rates(s, s.base, tax_class)
    return kept(gross - sum(calc_tax(gross, base, inclusive=True).values(), ZERO))


def place_of(
    billing: Mapping[str, Any], shipping: Mapping[str, Any], methods: Iterable[str], settings: TaxSettings
) -> Place:
    """Where an order is taxed; local pickup and an empty country mean the shop itself."""
    based_on = settings.based_on
    if based_on == "shipping" and not shipping.get("country"):
        based_on = "billing"
    if any(method.split(":")[0] in LOCAL_PICKUP for method in methods):
        based_on = "base"
    address = billing if based_on == "billing" else shipping
    if based_on == "base" or not address.get("country"):
        return settings.base
    return Place(*(str(address.get(part) or "") for part in ("country", "state", "postcode", "city")))


def settle(lines: Sequence[Line], place: Place, settings: TaxSettings) -> Totals:
    """WC_Abstract_Order::calculate_totals(): taxes every line in place and returns the totals."""
    goods = [line for line in lines if line.kind == "line"]
    totals = Totals()
    subtotal = _summed([line.subtotal for line in goods], settings)
    total = _summed([line.total for line in goods], settings)
    shipping = [line for line in lines if line.kind == "shipping"]
    totals.shipping_total = sum((rounded(line.total, settings.decimals) for line in shipping), ZERO)
    fees = _cap_fees([line for line in lines if line.kind == "fee"], total + totals.shipping_total, settings)
    for line in lines:
        _tax_line(line, lines, place, settings)
    _sum_taxes(lines, settings, totals)
    tax_gap = sum((_gap(line) for line in goods), ZERO)
    totals.discount_total = rounded(subtotal - total, settings.decimals)
    totals.discount_tax = settings.round_tax(tax_gap)
    totals.total_tax = rounded(totals.cart_tax + totals.shipping_tax, settings.decimals)
    everything = total + fees + totals.shipping_total + totals.cart_tax + totals.shipping_tax
    totals.total = rounded(everything, settings.decimals)
    return totals


def _gap(line: Line) -> Decimal:
    return sum(line.subtotal_taxes.values(), ZERO) - sum(line.taxes.values(), ZERO)


def _summed(amounts: Iterable[Decimal], settings: TaxSettings) -> Decimal:
    if settings.round_at_subtotal:
        return sum(amounts, ZERO)
    return sum((rounded(amount, settings.decimals) for amount in amounts), ZERO)


def _cap_fees(fees: Sequence[Line], others: Decimal, settings: TaxSettings) -> Decimal:
    so_far = ZERO
    for fee in fees:
        floor = -rounded(others + so_far, settings.decimals)
        if fee.total < 0 and floor < 0 and fee.total < floor:
            fee.total = floor
        so_far += fee.total
    return so_far


def _tax_line(line: Line, lines: Sequence[Line], place: Place, settings: TaxSettings) -> None:
    line.taxes, line.subtotal_taxes = {}, {}
    if not settings.enabled:
        return
    if line.kind == "fee" and line.total < 0:
        line.taxes = _negative_fee_taxes(line, lines, place, settings)
        return
    if line.tax_status != "taxable":
        return
    if line.kind == "shipping":
        rates = tuple(rate for rate in find_rates(settings, place, _shipping_class(lines)) if rate.shipping)
    else:
        rates = find_rates(settings, place, line.tax_class)
    line.taxes = calc_tax(line.total, rates, inclusive=False)
    if line.kind == "line":
        line.subtotal_taxes = calc_tax(line.subtotal, rates, inclusive=False)
        if sum(line.subtotal_taxes.values()) < sum(line.taxes.values()):
            line.subtotal_taxes = dict(line.taxes)


def _shipping_class(lines: Sequence[Line]) -> str:
    classes = sorted({line.tax_class for line in lines if line.kind != "shipping" and line.tax_status == "taxable"})
    return classes[0] if classes else ""


def _negative_fee_taxes(fee: Line, lines: Sequence[Line], place: Place, settings: TaxSettings) -> Taxes:
    costs: dict[str | None, Decimal] = {}
    for line in lines:
        if line.total >= 0:
            name = line.tax_class if line.tax_status == "taxable" else None
            costs[name] = costs.get(name, ZERO) + line.total
    whole = sum(costs.values(), ZERO)
    taxes: Taxes = {}
    for tax_class, cost in costs.items():
        if tax_class is None or not whole:
            continue
        share = calc_tax(fee.total * cost / whole, find_rates(settings, place, tax_class), inclusive=False)
        for key, tax in share.items():
            taxes[key] = taxes.get(key, ZERO) + tax
    return taxes


def _sum_taxes(lines: Sequence[Line], settings: TaxSettings, totals: Totals) -> None:
    for line in lines:
        target = totals.shipping_taxes if line.kind == "shipping" else totals.cart_taxes
        for key, tax in line.taxes.items():
            amount = tax if settings.round_at_subtotal else settings.round_tax(tax)
            target[key] = target.get(key, ZERO) + amount
    totals.cart_tax = sum(totals.cart_taxes.values(), ZERO)
    totals.shipping_tax = sum(totals.shipping_taxes.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Article:
    """A catalogue row as ``recompute`` needs it: effective price in the shop's tax mode."""

    price: Decimal
    tax_class: str = ""
    taxable: bool = True


def line_of(key: int, posted: Mapping[str, Any], article: Article | None, settings: TaxSettings) -> Line:
    """An order line out of the posted one: catalogue price first, then subtotal and total as sent."""
    quantity = number(posted.get("quantity", 1))
    line = Line(key, quantity=quantity)
    if article:
        line.tax_class, line.tax_status = article.tax_class, "taxable" if article.taxable else "none"
        net = price_excluding_tax(article.price, quantity, article.tax_class, article.taxable, settings)
        line.subtotal = line.total = net
    if posted.get("total") is not None:
        line.total = number(format_decimal(posted["total"]))
        line.subtotal = max(line.subtotal, line.total)
    if posted.get("subtotal") is not None:
        line.subtotal = number(format_decimal(posted["subtotal"]))
    return line


def recompute(body: Mapping[str, Any], catalogue: Mapping[int, Article], settings: TaxSettings) -> Totals:
    """The totals the shop will answer for an order body without coupons.

    ``catalogue`` is keyed by variation id or product id. Unknown goods count as an empty line, as in the shop.
    """
    lines = [
        line_of(n, posted, catalogue.get(int(posted.get("variation_id") or posted.get("product_id") or 0)), settings)
        for n, posted in enumerate(body.get("line_items") or [])
    ]
    for n, posted in enumerate(body.get("shipping_lines") or [], len(lines)):
        lines.append(Line(n, "shipping", total=number(format_decimal(str(posted.get("total", "0"))))))
    for n, posted in enumerate(body.get("fee_lines") or [], len(lines)):
        fee = Line(n, "fee", total=number(format_decimal(str(posted.get("total", "0")))))
        fee.tax_class, fee.tax_status = posted.get("tax_class", ""), posted.get("tax_status", "taxable")
        lines.append(fee)
    methods = [str(posted.get("method_id") or "") for posted in body.get("shipping_lines") or []]
    place = place_of(body.get("billing") or {}, body.get("shipping") or {}, methods, settings)
    return settle(lines, place, settings)
