"""Random baskets of a till whose prices include tax, with listings of a made-up WooCommerce shop."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from tillbridge.domain.basket import BasketLine, Discount, Payment, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.catalog import Listing
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, Order, TenderKind
from tillbridge.platforms.woocommerce.simulator import reckoning

SOLD_AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CLASSES: dict[str, tuple[Decimal, ...]] = {
    "": (Decimal(23),),
    "r19": (Decimal(19),),
    "r7": (Decimal(7),),
    "r20": (Decimal(20),),
    "r55": (Decimal("5.5"),),
    "zero-rate": (Decimal(0),),
    "stacked": (Decimal("7.25"), Decimal("1.25")),
}
FEE_CLASSES = {rates[0] / 100: name for name, rates in CLASSES.items() if len(rates) == 1 and rates[0]}


def shop_settings(includes: bool, at_subtotal: bool, decimals: int = 2) -> reckoning.TaxSettings:
    """The simulator's tax table with one class per rate."""
    rates = tuple(
        reckoning.TaxRate(10 * at + priority, percent, "IE", tax_class=name, priority=priority)
        for at, (name, percents) in enumerate(CLASSES.items(), 1)
        for priority, percent in enumerate(percents, 1)
    )
    return reckoning.TaxSettings(rates, includes, at_subtotal, decimals)


def random_order(rng: random.Random, currency: str = "EUR") -> tuple[Order, dict[int, reckoning.Article]]:
    """A paid sale of one to six lines, and the shop's articles for it."""
    articles: dict[int, reckoning.Article] = {}
    lines = [_line(rng, at, currency, articles) for at in range(1, rng.randint(1, 6) + 1)]
    return order_of(lines, _discounts(rng), currency), articles


def order_of(
    lines: Sequence[BasketLine],
    discounts: Sequence[Discount] = (),
    currency: str = "EUR",
    *,
    included: bool = True,
    payments: Sequence[Payment] | None = None,
    cash_step: Money | None = None,
) -> Order:
    """The sale, paid by card unless payments are given."""
    due = price(lines, currency=currency, prices_include_tax=included, discounts=discounts).due
    card = [Payment(TenderKind.CARD, "Card", due)] if due else []
    paid = price(
        lines,
        currency=currency,
        prices_include_tax=included,
        discounts=discounts,
        payments=card if payments is None else payments,
        cash_step=cash_step,
    )
    facts = SaleFacts(
        id=UUID(int=7),
        reference="TB0123456789ABCDEFGHJKMNPQ",
        receipt="R-7",
        sold_at=SOLD_AT,
        business_date=date(2026, 11, 24),
        till="T1",
        location="Main",
    )
    return to_order(paid, facts)


def _line(rng: random.Random, at: int, currency: str, articles: dict[int, reckoning.Article]) -> BasketLine:
    name = rng.choice(list(CLASSES))
    kind = rng.choices([LineKind.PRODUCT, LineKind.FREE_TEXT, LineKind.GIFT_CARD], [8, 1, 1])[0]
    weighed = rng.random() < 0.1
    articles[at] = reckoning.Article(Decimal("9.99"), name)
    taxes = () if kind is LineKind.GIFT_CARD else tuple(TaxRate(name, each / 100) for each in CLASSES[name])
    return BasketLine(
        id=f"L{at}",
        kind=kind,
        title=f"Article {at}",
        sku=f"A{at}",
        quantity=Decimal(rng.randint(50, 3000)) / 1000 if weighed else Decimal(rng.randint(1, 4)),
        unit="kg" if weighed else "piece",
        unit_price=Money.of_minor(rng.randint(0, 12_000), currency),
        taxes=taxes,
        discounts=_line_discounts(rng, kind),
        listing=Listing(str(at), str(at), "", f"A{at}") if kind is LineKind.PRODUCT else None,
    )


def _line_discounts(rng: random.Random, kind: LineKind) -> tuple[Discount, ...]:
    if kind is LineKind.GIFT_CARD or rng.random() > 0.33:
        return ()
    return (Discount("by hand", DiscountType.PERCENTAGE, Decimal(10)),)


def _discounts(rng: random.Random) -> list[Discount]:
    chance = rng.random()
    if chance < 0.2:
        return [Discount("five off", DiscountType.FIXED, Decimal(5))]
    if chance < 0.4:
        return [Discount("autumn", DiscountType.PERCENTAGE, Decimal(rng.choice(["7.5", "15", "33"])))]
    return []
