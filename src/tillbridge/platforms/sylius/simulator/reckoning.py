"""The shop's arithmetic: promotions shared over pieces, taxes per line, shipping. Whole cents throughout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import promotions
from .state import Row, Shop


@dataclass(slots=True)
class Line:
    """An item on its way through the sums; ``units`` are what each piece costs after promotions."""

    variant: str
    product: str
    unit_price: int
    original: int
    units: list[int]
    unit_off: int = 0
    tax: int = 0
    tax_included: bool = True
    tax_label: str = ""

    @property
    def worth(self) -> int:
        return sum(self.units)

    @property
    def total(self) -> int:
        """With the tax that comes on top."""
        return self.worth + (0 if self.tax_included else self.tax)


@dataclass(slots=True)
class Sums:
    """What a cart comes to, with the promotions that took part."""

    lines: list[Line]
    shipping: int = 0
    shipping_off: int = 0
    applied: list[Row] = field(default_factory=list)
    off: list[tuple[str, int, int]] = field(default_factory=list)
    """Label, index of the line, cents off one piece: one row per piece."""

    @property
    def items_total(self) -> int:
        return sum(each.total for each in self.lines)

    @property
    def subtotal(self) -> int:
        return sum((each.unit_price - each.unit_off) * len(each.units) for each in self.lines)

    @property
    def promotion_total(self) -> int:
        return sum(each.worth - each.unit_price * len(each.units) for each in self.lines)

    @property
    def tax_included(self) -> int:
        return sum(each.tax for each in self.lines if each.tax_included)

    @property
    def tax_excluded(self) -> int:
        return sum(each.tax for each in self.lines if not each.tax_included)

    @property
    def shipping_total(self) -> int:
        return self.shipping - self.shipping_off

    @property
    def total(self) -> int:
        return self.items_total + self.shipping_total


def php_round(value: float) -> int:
    """PHP's round(): halves away from zero, after the noise of binary fractions is gone."""
    cleaned = round(value, 9)
    return int(math.copysign(math.floor(abs(cleaned) + 0.5), cleaned)) if cleaned else 0


def reckon(shop: Shop, order: Row) -> Sums:
    """The sums of a cart as it stands, at today's prices."""
    sums = Sums([_line(shop, order, item) for item in order["items"]])
    if order["shipments"]:
        sums.shipping = _shipping(shop, order)
    for promotion in promotions.holding(shop, order, sums.subtotal):
        if _apply(shop, order, promotion, sums):
            sums.applied.append(promotion)
    _tax(shop, order, sums)
    return sums


def _line(shop: Shop, order: Row, item: Row) -> Line:
    variant = shop.variants[item["variant"]]
    prices = variant["channelPricings"].get(order["channel"]) or {"price": 0, "originalPrice": None}
    price = int(prices["price"])
    original = int(prices["originalPrice"] or price)
    return Line(variant["code"], variant["product"], price, original, [price] * item["quantity"])


def _shipping(shop: Shop, order: Row) -> int:
    method = shop.shipping_methods.get(order["shipments"][0]["method"] or "")
    own = (method or {}).get("amounts", {})
    return int(own.get(order["channel"], 0))


def _apply(shop: Shop, order: Row, promotion: Row, sums: Sums) -> bool:
    """Each action in turn; whether any of them took something off."""
    return any([_act(order, promotion, action, sums) for action in promotion["actions"]])


def _act(order: Row, promotion: Row, action: Row, sums: Sums) -> bool:
    settings, label = action["configuration"], promotion["label"]
    own = settings.get(order["channel"]) or {}
    worth = sum(each.worth for each in sums.lines)
    match action["type"]:
        case "order_percentage_discount":
            return _spread(sums, php_round(worth * settings["percentage"]), label)
        case "order_fixed_discount":
            return _spread(sums, min(int(own.get("amount", 0)), worth), label)
        case "unit_percentage_discount":
            return _per_piece(sums, own, label, percentage=float(own.get("percentage", 0)))
        case "unit_fixed_discount":
            return _per_piece(sums, own, label, amount=int(own.get("amount", 0)))
        case "shipping_percentage_discount":
            off = php_round(sums.shipping * settings["percentage"])
            sums.shipping_off += off
            return off > 0
    return False


def _spread(sums: Sums, amount: int, label: str) -> bool:
    """Over the lines by what they cost, then evenly over each line's pieces."""
    worths = [each.worth for each in sums.lines]
    if amount <= 0 or not sum(worths):
        return False
    for at, part in enumerate(in_proportion(worths, amount)):
        line = sums.lines[at]
        for place, off in enumerate(evenly(part, len(line.units))):
            line.units[place] -= off
            sums.off.append((label, at, off))
    return True


def _per_piece(sums: Sums, own: Row, label: str, *, percentage: float = 0, amount: int = 0) -> bool:
    wanted = ((own.get("filters") or {}).get("products_filter") or {}).get("products") or []
    touched = False
    for at, line in enumerate(sums.lines):
        if wanted and line.product not in wanted:
            continue
        off = min(php_round(line.unit_price * percentage) or amount, min(line.units, default=0))
        if off <= 0:
            continue
        touched = True
        line.unit_off += off
        line.units = [each - off for each in line.units]
        sums.off += [(label, at, off)] * len(line.units)
    return touched


def in_proportion(weights: Sequence[int], amount: int) -> list[int]:
    """The shop's own sharing: each part rounded half down, what is missing a cent each from the first on."""
    whole = sum(weights)
    parts = [_half_down(weight * amount / whole) for weight in weights]
    missing = amount - sum(parts)
    for at in range(abs(missing)):
        parts[at] += 1 if missing > 0 else -1
    return parts


def _half_down(value: float) -> int:
    return math.ceil(round(value, 9) - 0.5)


def evenly(amount: int, count: int) -> list[int]:
    """Equal parts, the first ones a cent more."""
    low, more = divmod(amount, count)
    return [low + (1 if at < more else 0) for at in range(count)]


def _tax(shop: Shop, order: Row, sums: Sums) -> None:
    country = ((order["billing"] or order["shipping"]) or {}).get("countryCode")
    for line in sums.lines:
        category = shop.variants[line.variant]["taxCategory"]
        rate = next((each for each in shop.tax_rates.values() if _holds(each, category, country)), None)
        if rate is None:
            continue
        line.tax_included = rate["includedInPrice"]
        line.tax = tax_of(line.worth, rate["amount"], included=rate["includedInPrice"])
        line.tax_label = f"{rate['name']} ({rate['amount'] * 100:g}%)"


def _holds(rate: Row, category: str | None, country: str | None) -> bool:
    """In the shop's default zone while nobody said where the goods go."""
    return rate["category"] == category and (country is None or country in rate["countries"])


def tax_of(base: int, rate: float, *, included: bool) -> int:
    """The default calculator, rounded per line."""
    return php_round(base - base / (1 + rate)) if included else php_round(base * rate)
