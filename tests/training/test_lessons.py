"""Lessons say what to do and what to watch, and really make it go wrong; all pretended shops sell the same goods."""

from __future__ import annotations

import httpx
import pytest

from tests.support.clock import VirtualClock
from tests.training.kiosk import Kiosk, client, sell
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services.training import build_simulators
from tillbridge.training import demo_shop
from tillbridge.training.kit import Simulator
from tillbridge.training.scenarios import LESSONS, Lesson, lesson

REGISTRY = PlatformServiceRegistry()
SHOPS = build_simulators(REGISTRY, VirtualClock())
GOODS = {each.sku: each.stock for product in demo_shop.PRODUCTS for each in product.variants}


@pytest.mark.parametrize("one", LESSONS, ids=lambda each: each.name)
def test_a_lesson_is_told_in_words(one: Lesson) -> None:
    assert one.title
    assert one.task.endswith(".")
    assert one.watch.endswith(".")
    assert "–" not in one.task, "a word was not filled in"
    assert one.code in one.task
    assert one.sku in one.task


def test_what_a_lesson_sells_is_in_the_demo_shop() -> None:
    codes = {each.code: each for each in demo_shop.CODES}
    assert GOODS[lesson("sold_out").sku] == 1
    assert codes[lesson("code_expired").code].ended_days_ago > 0


async def test_a_lesson_about_orders_leaves_other_calls_alone() -> None:
    kiosk = Kiosk()
    lesson("outage").begin(kiosk)
    lesson("lost_answer").begin(kiosk)
    async with client(kiosk) as shop:
        assert (await shop.get("/sales")).status_code == 200, "the outage of the lesson before is over"
        with pytest.raises(httpx.ReadTimeout):
            await sell(shop)
        assert (await shop.get("/sales")).json() == ["A1"], "the order is there although nobody was told"


def test_an_unknown_lesson_names_the_known_ones() -> None:
    with pytest.raises(LookupError, match="lost_answer"):
        lesson("dragons")


@pytest.mark.parametrize("shop", SHOPS, ids=lambda each: each.name)
def test_every_shop_opens_with_the_demo_goods(shop: Simulator) -> None:
    assert shop.ledger.stock.items() >= GOODS.items()
    # some shops keep codes without their dashes
    cards = {each["code"].replace("-", ""): each["balance"] for each in shop.ledger.gift_cards}
    sold = demo_shop.GIFT_CARDS if REGISTRY.spec(shop.name).gift_cards else ()
    assert cards == {each.code.replace("-", ""): each.balance for each in sold}
    assert shop.outbox.mails == []
    assert shop.places_order
