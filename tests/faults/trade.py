"""A shop's trade, drawn from a seed: half plain sales, half with codes, gift cards, several tenders and returns.

What each sale must leave behind is noted while it is made; ``tests.faults.books`` compares it with the stores' books.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.faults.stage import MAYA, Stage
from tillbridge.domain.errors import OutcomeUnknown, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.orders import TenderKind
from tillbridge.domain.specs import GiftCardMode, Noun
from tillbridge.domain.tokens import Secret
from tillbridge.net.retry import asked_wait
from tillbridge.training.demo_shop import GIFT_CARDS, PRODUCTS, TAX_NAME, TAX_RATE

CURRENCY, CODE, TENTH = "EUR", "HARBOUR10", Decimal("0.1")
CARD = GIFT_CARDS[0].code
_TAKEN = Decimal("0.10")
"""What a sale takes from a gift card, so that one card pays in five hundred."""
_PRICES = {variant.sku: Decimal(each.price) for each in PRODUCTS for variant in each.variants}
_ZERO_RATED = {variant.sku for each in PRODUCTS if each.zero_rated for variant in each.variants}
_TITLES = {variant.sku: each.title for each in PRODUCTS for variant in each.variants}
_EVEN = [sku for sku, price in _PRICES.items() if price * 10 % 1 == 0 and sku != "LAST-1"]
"""Goods of which ten per cent are whole cents."""
_TRIES = 12


@dataclass
class Sold:
    """One sale as it must stand everywhere. ``goods`` by SKU; ``back`` is what was given back of it later."""

    receipt: str
    reference: str
    kind: str
    total: Decimal
    goods: Counter[str]
    back: Decimal = Decimal(0)
    is_return: bool = False


@dataclass
class Trade:
    """Sells on a stage, at several tills at once if asked to. ``cards``: taken from the gift card of each platform."""

    stage: Stage
    draw: random.Random
    name: str
    sold: list[Sold] = field(default_factory=list)
    cards: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    begun: int = 0
    mark: str = field(default_factory=lambda: secrets.token_hex(4))
    """The stores are the same for all tests of a run, and take money once per reference."""

    async def sell(self) -> Sold:
        """The next sale of the day."""
        receipt, draw = f"{self.name}-{self.begun:04}", random.Random(self.draw.random())
        self.begun += 1
        kinds = ["plain"] * 4 + ["code", "tenders", "return", "card"]
        make = getattr(self, f"_{kinds[draw.randrange(len(kinds))]}")
        sold: Sold = await make(receipt, draw)
        self.sold.append(sold)
        return sold

    async def _plain(self, receipt: str, draw: random.Random) -> Sold:
        goods = _basket(list(_PRICES), draw)
        return await self._taken_in(receipt, "plain", goods, [])

    async def _code(self, receipt: str, draw: random.Random) -> Sold:
        """Ten per cent off everything by a shopper's code."""
        goods = _basket(_EVEN, draw)
        return await self._taken_in(
            receipt, "code", goods, [], {"type": "percentage", "value": "10", "code": CODE, "title": CODE}
        )

    async def _tenders(self, receipt: str, draw: random.Random) -> Sold:
        """Cash first, the rest by card; a code now and then on top."""
        goods = _basket(list(_PRICES), draw)
        return await self._taken_in(receipt, "tenders", goods, [{"kind": "cash", "amount": "5.00"}])

    async def _return(self, receipt: str, draw: random.Random) -> Sold:
        """A unit of an earlier plain sale comes back; all of it where a store books no refund of a part."""
        cannot = [each for each in self.stage.stores if not self.stage.can(each, Noun.ORDER, "refund")]
        earlier = [each for each in self.sold if each.kind == "plain" and not each.back]
        if not earlier or cannot:
            return await self._plain(receipt, draw)
        original = draw.choice(earlier)
        goods = Counter({draw.choice(sorted(original.goods)): 1})
        if not all(self.stage.can(each, Noun.ORDER, "partial_refund") for each in self.stage.stores):
            goods = original.goods
        lines = [{**_line(sku, -count), "return_of": original.receipt} for sku, count in goods.items()]
        total = sum((_PRICES[sku] * count for sku, count in goods.items()), Decimal(0))
        record = _record(receipt, lines, [{"kind": "cash", "amount": str(-total)}], -total)
        # no other till may take the same goods back meanwhile
        original.back += total
        [reference] = await self.stage.take_in(record)
        back = Counter({sku: -count for sku, count in goods.items()})
        return Sold(receipt, reference, "return", -total, back, is_return=True)

    async def _card(self, receipt: str, draw: random.Random) -> Sold:
        """A part is paid by a gift card of one of the stores, debited before the sale is taken in."""
        able = [
            platform
            for platform in self.stage.stores
            if self.stage.spec(platform).gift_cards is GiftCardMode.STANDALONE
            and self.stage.can(platform, Noun.GIFT_CARD, "redeem")
        ]
        if not able:
            return await self._tenders(receipt, draw)
        platform = draw.choice(able)
        if draw.random() < 0.5:
            return await self._at_the_console(draw.choice(_EVEN))
        await self._debited(platform, f"card {receipt} {self.mark}")
        self.cards[platform] += _TAKEN
        goods = _basket(list(_PRICES), draw)
        tender = {"kind": "gift_card", "amount": str(_TAKEN), "masked": "••••2222"}
        return await self._taken_in(receipt, "card", goods, [tender])

    async def _debited(self, platform: str, reference: str) -> None:
        """As ``gift-cards redeem`` does it: asked again with the same reference until it is known."""
        amount, name = Money(_TAKEN, CURRENCY), self.stage.stores[platform]
        for left in reversed(range(_TRIES)):
            try:
                await self.stage.services.offers.redeem(name, Secret(CARD), amount, reference, MAYA)
                return
            except TillbridgeError as error:
                if not left:
                    raise
                await self._let_pass(error)

    async def _at_the_console(self, sku: str) -> Sold:
        """A basket of the console's own till, with a gift card and cash; what fails is tried again by the cashier."""
        for left in reversed(range(_TRIES)):
            try:
                return await self._rung_up(sku)
            except TillbridgeError as error:
                if not left:
                    raise
                await self._let_pass(error)
        raise AssertionError("the last try raises")

    async def _let_pass(self, error: TillbridgeError) -> None:
        """A cashier waits as long as the store asks; a lost answer is looked up when what is on its way arrived."""
        least = 60.0 if isinstance(error, OutcomeUnknown) else 5.0
        await self.stage.ground.clock.sleep(max(least, asked_wait(error) or 0.0))

    async def _rung_up(self, sku: str) -> Sold:
        services = self.stage.services
        variant = await services.catalog.by_code(sku)
        assert variant is not None
        basket = await services.till.new_basket()
        basket.add(variant)
        await basket.add_gift_card(CARD, Money(_TAKEN, CURRENCY))
        basket.tender(TenderKind.CASH, Money(Decimal("1.00"), CURRENCY))
        basket.tender(TenderKind.CARD)
        order = await basket.pay(MAYA)
        issued = {name: platform for platform, name in self.stage.stores.items()}[basket.cards[0].connection]
        self.cards[issued] += _TAKEN
        return Sold(order.receipt, order.reference, "card", order.totals.total.amount, Counter({sku: 1}))

    async def _taken_in(
        self,
        receipt: str,
        kind: str,
        goods: Counter[str],
        tenders: list[Any],
        discount: Mapping[str, str] | None = None,
    ) -> Sold:
        full = sum((_PRICES[sku] * count for sku, count in goods.items()), Decimal(0))
        total = full - full * TENTH if discount else full
        paid = sum((Decimal(each["amount"]) for each in tenders), Decimal(0))
        tenders = [*tenders, {"kind": "card", "amount": str(total - paid)}]
        lines = [_line(sku, count) for sku, count in goods.items()]
        record = _record(receipt, lines, tenders, total)
        [reference] = await self.stage.take_in({**record, "discounts": [discount] if discount else []})
        return Sold(receipt, reference, kind, total, goods)


def _basket(skus: Sequence[str], draw: random.Random) -> Counter[str]:
    chosen = draw.sample([each for each in skus if each != "LAST-1"], draw.randint(1, 3))
    return Counter({sku: draw.randint(1, 2) for sku in chosen})


def _line(sku: str, quantity: int) -> dict[str, Any]:
    rate = ("Zero rate", "0") if sku in _ZERO_RATED else (TAX_NAME, TAX_RATE)
    return {
        "sku": sku, "title": _TITLES[sku], "quantity": str(quantity), "unit_price": str(_PRICES[sku]),
        "taxes": [{"name": rate[0], "rate": rate[1]}],
    }  # fmt: skip


def _record(receipt: str, lines: list[Any], tenders: list[Any], total: Decimal) -> dict[str, Any]:
    return {
        "till": "Till 1", "receipt": receipt, "sold_at": "2026-11-24T08:30:00+00:00", "currency": CURRENCY,
        "prices_include_tax": True, "lines": lines, "tenders": tenders, "totals": {"total": f"{total:.2f}"},
    }  # fmt: skip
