"""The six flows on every platform against the simulators, as a program: what ``tillbridge demo`` prints."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.errors import CapabilityAbsent, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.specs import Noun
from tillbridge.domain.tokens import Secret, TokenType
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.house import Services
    from tillbridge.settings import Settings
    from tillbridge.training.kit import Simulator

CASHIER = Actor(ActorKind.TILL, "demo")
_CODE, _CARD = "HARBOUR10", "GIFT-AAAA-1111-2222"
_SKU = "TEE-M"


@dataclass(frozen=True, slots=True)
class Line:
    """One platform and flow. ``outcome``: done, absent or failed."""

    platform: str
    flow: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One connected simulator."""

    services: Services
    simulator: Simulator
    name: str


async def run_flows(settings: Settings) -> list[Line]:
    """All flows on all platforms, each judged by what the pretended shop's own books say."""
    from tillbridge.wiring import open_house

    async with open_house(settings, training=True) as services:
        await services.work()
        return [line async for line in _all(services)]


async def _all(services: Services) -> AsyncIterator[Line]:
    views = {each.connection.platform: each.connection.name for each in await services.connections.list()}
    simulators = services.training.simulators if services.training else ()
    for simulator in simulators:
        stage = Stage(services, simulator, views[simulator.name])
        for flow, play in FLOWS.items():
            yield await _judged(stage, flow, play)


async def _judged(stage: Stage, flow: str, play: Callable[[Stage], Awaitable[str]]) -> Line:
    try:
        detail = await play(stage)
    except CapabilityAbsent as error:
        return Line(stage.simulator.name, flow, "absent", error.params.get("reason", ""))
    except TillbridgeError as error:
        return Line(stage.simulator.name, flow, "failed", str(error))
    except Surprise as error:
        return Line(stage.simulator.name, flow, "failed", str(error))
    return Line(stage.simulator.name, flow, "done", detail)


class Surprise(Exception):
    """A flow ended, but not as it should."""


def expect(holds: bool, words: str) -> None:
    if not holds:
        raise Surprise(words)


async def setup(stage: Stage) -> str:
    view = await stage.services.connections.get(stage.name)
    expect(view.prepared_count == view.step_count, f"{view.prepared_count} of {view.step_count} steps")
    facts = await stage.services.tokens.facts()
    kept = sorted({each.type.value for each in facts if each.connection == stage.name})
    expect(bool(kept), "no token was stored")
    ready = ", ".join(noun.value for noun in view.ready_nouns)
    return text("cli.demo.setup", tokens=", ".join(kept), ready=ready)


async def renewal(stage: Stage) -> str:
    facts = [each for each in await stage.services.tokens.facts() if each.connection == stage.name]
    access = next((each for each in facts if each.type is TokenType.ACCESS), None)
    if access is None or not access.renewable:
        raise CapabilityAbsent(capability="renewal", reason=text("cli.demo.lasting"))
    stage.simulator.expire_tokens()
    await stage.services.offers.check_discount(stage.name, _CODE, [(_SKU, Decimal(1))])
    after = next(
        each
        for each in await stage.services.tokens.facts()
        if (each.connection, each.type) == (stage.name, TokenType.ACCESS)
    )
    expect(after.generation == access.generation + 1, f"generation {access.generation} became {after.generation}")
    return text("cli.demo.renewed")


async def registry(stage: Stage) -> str:
    nouns = await stage.services.connections.readiness(stage.name)
    ready = [noun.value for noun, state, _ in nouns if state == "ready"]
    unsaid = [noun.value for noun, state, reason in nouns if state not in ("ready", "absent") or not (ready or reason)]
    expect(Noun.ORDER.value in ready and not unsaid, ", ".join(unsaid or ready))
    return ", ".join(ready)


async def mapping(stage: Stage) -> str:
    found = await stage.services.catalog.by_code(_SKU)
    expect(found is not None and found.price == Money(Decimal("24.90"), "EUR"), f"{_SKU} is {found}")
    return f"{found.title} {found.price}" if found else ""


async def order_sync(stage: Stage) -> str:
    receipt = f"D-{stage.simulator.name}"
    report = await stage.services.orders.add([_sale(receipt, stage.name)], CASHIER)
    expect(report.added == 1, str([each.reason for each in report.refused]))
    await stage.services.work()
    view = await stage.services.orders.show(receipt)
    expect(view.status is OrderStatus.SYNCED, view.status.value)
    booked = [each for each in stage.simulator.ledger.orders if each["reference"] == view.reference]
    expect(
        [each["total"] for each in booked] == [str(view.order.totals.total.amount)], f"the shop's books say {booked}"
    )
    expect(not stage.simulator.outbox.mails, "a mail was sent")
    number = next(iter(view.connections.values())).number
    return f"{receipt} → {number} {view.order.totals.total}"


def _sale(receipt: str, connection: str) -> str:
    import json

    record: Mapping[str, Any] = {
        "till": "Demo", "receipt": receipt, "sold_at": "2026-11-24T09:30:00Z", "currency": "EUR",
        "prices_include_tax": True,
        "lines": [{
            "sku": _SKU, "title": "Organic Tee", "quantity": "2", "unit_price": "24.90", "connection": connection,
            "taxes": [{"name": "VAT", "rate": "0.23"}],
        }],
        "tenders": [{"kind": "card", "amount": "49.80"}], "totals": {"total": "49.80"},
    }  # fmt: skip
    return json.dumps(record)


async def discount_and_card(stage: Stage) -> str:
    verdict = await stage.services.offers.check_discount(stage.name, _CODE, [(_SKU, Decimal(2))])
    expect(
        verdict.valid and verdict.amount == Money(Decimal("4.98"), "EUR"), f"{_CODE}: {verdict.reason} {verdict.amount}"
    )
    try:
        card = await stage.services.offers.balance(stage.name, Secret(_CARD))
    except CapabilityAbsent as error:
        return text("cli.demo.code_only", amount=verdict.amount, reason=error.params.get("reason", ""))
    taken = await stage.services.offers.redeem(
        stage.name, Secret(_CARD), Money(Decimal("5.00"), "EUR"), f"demo-{stage.simulator.name}", CASHIER
    )
    expect(taken.balance_after == card.balance - taken.amount, f"{card.balance} became {taken.balance_after}")
    return text("cli.demo.both", amount=verdict.amount, taken=taken.amount, left=taken.balance_after)


FLOWS: Mapping[str, Callable[[Stage], Awaitable[str]]] = {
    "1 setup and tokens": setup,
    "2 renewal": renewal,
    "3 registry": registry,
    "4 mapping": mapping,
    "5 order sync": order_sync,
    "6 discount and gift card": discount_and_card,
}
