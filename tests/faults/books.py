"""The reckoning after all harm: each store's own books against what the till sold, and the till's view of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.faults.stage import Stage
from tests.faults.trade import CARD, Sold, Trade
from tillbridge.domain.jobs import JobState
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.queue import QueueFilter
from tillbridge.domain.specs import Noun


@dataclass(frozen=True, slots=True)
class Books:
    """What a store's books said before anything was sold."""

    orders: int
    mails: int
    card: Decimal
    stock: Mapping[str, int]


def opened_books(stage: Stage) -> dict[str, Books]:
    return {platform: _read(stage, platform) for platform in stage.stores}


def _read(stage: Stage, platform: str) -> Books:
    ledger, outbox = stage.door(platform).get("ledger"), stage.door(platform).get("outbox")
    return Books(len(ledger["orders"]), len(outbox["mails"]), _card(ledger), ledger["stock"])


def _card(ledger: Mapping[str, Any]) -> Decimal:
    """Platforms may drop the dashes of a card's code."""
    plain = CARD.replace("-", "")
    balances = [each["balance"] for each in ledger["gift_cards"] if each["code"].replace("-", "").upper() == plain]
    return Decimal(balances[0]) if balances else Decimal(0)


async def wrongs(stage: Stage, trade: Trade, before: Mapping[str, Books]) -> list[str]:
    """Everything that is not as it must be, in words; empty when all promises held."""
    found = await _at_the_till(stage, trade)
    for platform, books in before.items():
        found += [f"{platform}: {each}" for each in _in_the_store(stage, platform, books, trade)]
    return found


def _in_the_store(stage: Stage, platform: str, before: Books, trade: Trade) -> list[str]:
    now = stage.door(platform).get("ledger")
    by_reference: dict[str, list[dict[str, Any]]] = {}
    for order in now["orders"]:
        by_reference.setdefault(order["reference"], []).append(order)
    parts = stage.can(platform, Noun.ORDER, "partial_refund")
    found = [each for sold in trade.sold for each in _sale_wrongs(sold, by_reference.get(sold.reference, []), parts)]
    recorded = sum(not each.is_return for each in trade.sold)
    if len(now["orders"]) != before.orders + recorded:
        found.append(f"{len(now['orders']) - before.orders} orders for {recorded} sales")
    balance, taken = _card(now), trade.cards[platform]
    if balance != before.card - taken:
        found.append(f"gift card {before.card} - {taken} is {balance}")
    goods: Counter[str] = Counter()
    for each in trade.sold:
        goods.update(each.goods)
    found += [
        f"stock of {sku}: {count} - {goods[sku]} is {now['stock'].get(sku)}"
        for sku, count in before.stock.items()
        if now["stock"].get(sku) != count - goods[sku]
    ]
    if mails := stage.door(platform).get("outbox")["mails"][before.mails :]:
        found.append(f"mails went out: {mails}")
    return found


def _sale_wrongs(sold: Sold, orders: list[dict[str, Any]], parts: bool) -> list[str]:
    """``parts``: the store can book a part of a sale as given back. One that cannot closes it when all is back.

    Some that can close it then as well, and say so.
    """
    what = f"{sold.kind} {sold.receipt} {sold.reference}"
    if sold.is_return:
        return [f"{what}: a return became an order"] if orders else []
    if len(orders) != 1:
        return [f"{what}: {len(orders)} orders"]
    order = orders[0]
    facts = (Decimal(order["total"]), Decimal(order["refunded"]), order["paid"], order["cancelled"])
    closes = not parts or order.get("status") == "closed"
    wanted = (sold.total, sold.back, True, closes and sold.back == sold.total)
    return [] if facts == wanted else [f"{what}: total, refunded, paid, cancelled are {facts}, not {wanted}"]


async def _at_the_till(stage: Stage, trade: Trade) -> list[str]:
    found = []
    for sold in trade.sold:
        view = await stage.services.orders.show(sold.reference)
        for store in stage.stores.values():
            at = view.connections.get(store)
            if at is None or at.status is not OrderStatus.SYNCED:
                status = f"{at.status.value} {at.reason}" if at else "unknown there"
                found.append(f"{sold.kind} {sold.receipt} {sold.reference} on {store}: {status}")
            elif not sold.is_return and (at.total is None or at.total.amount != sold.total):
                found.append(f"{sold.kind} {sold.receipt}: {store} shows {at.total} for {sold.total}")
    parked = await stage.services.queue.window(QueueFilter(states=(JobState.PARKED,)), None, limit=200)
    found += [f"parked: {each.kind.value} {each.receipt} {each.cause} {each.cause_params}" for each in parked.rows]
    return found
