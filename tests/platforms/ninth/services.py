"""Corner Stall's three services, and the absence of the others. Built by the registry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx

from tests.platforms.ninth.spec import NOTHING, SPEC
from tillbridge.domain.catalog import Product, ProductStatus, ProductVariant
from tillbridge.domain.connections import ShopFacts, StepReport
from tillbridge.domain.errors import CapabilityAbsent, InvalidInput, TillbridgeError
from tillbridge.domain.money import Money
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.domain.stock import ExternalLocation, StockEffect
from tillbridge.domain.tokens import Token
from tillbridge.net.client import Answer, Dialect, Repeat, Request
from tillbridge.platforms.contract import Page, Session


def _status_decides(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    return None


class _Key(httpx.Auth):
    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Stall-Key"] = self._token.value.reveal()
        yield request


class _Speaker:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def _ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        repeat = Repeat.SAFE if method == "GET" else Repeat.NEVER

        async def call(token: Token) -> Any:
            asked = Request(
                method=method,
                path=path,
                action="stall",
                repeat=repeat,
                query=tuple(query.items()),
                json=body,
                auth=_Key(token),
            )
            return (await self._session.api.send(asked, Dialect(_status_decides))).body

        return await self._session.tokens.with_token_refresh(call)


class StallShop(_Speaker):
    async def test(self) -> ShopFacts:
        told = await self._ask("GET", "/stall")
        return ShopFacts(told["name"], told["currency"], told["zone"], True, (), (), SPEC.api_version, {})

    async def locations(self) -> tuple[ExternalLocation, ...]:
        return ()

    async def check_step(self, name: str) -> StepReport:
        raise InvalidInput(field="step", reason="a stall needs no preparation")

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        return await self.check_step(name)


class StallProducts(_Speaker):
    async def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        rows = await self._ask("GET", "/goods")
        yield Page(tuple(_product(row) for row in rows), (), None, None)

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        return tuple(_product(row) for row in await self._ask("GET", "/goods") if row["sku"] == code)


class StallOrders(_Speaker):
    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        lines = [{"sku": each.sku, "quantity": str(each.quantity)} for each in order.lines]
        total = order.totals.total
        body = {"reference": order.reference, "total": str(total.amount), "tax": str(order.totals.tax.amount)}
        made = await self._ask("POST", "/orders", {**body, "lines": lines})
        await checkpoint(Handle("order", made["id"]))
        return await self.read_placed(made["id"], total.currency)

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        rows = await self._ask("GET", "/orders", reference=order.reference)
        placed = _placed(rows[0], order.currency) if rows else None
        return LookUp(placed, certain=True, evidence=f"{len(rows)} orders with the reference")

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder:
        return _placed(await self._ask("GET", f"/orders/{platform_order_id}"), currency)

    async def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]:
        yield Page((), (), None, None)

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        raise CapabilityAbsent(capability="Cancelling", reason=NOTHING)

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        raise CapabilityAbsent(capability="Refunds", reason=NOTHING)

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        return None


class _Absent:
    def __getattr__(self, name: str) -> Any:
        raise CapabilityAbsent(capability=name.replace("_", " "), reason=NOTHING)


def absent(session: Session) -> Any:
    """Stands for every service a stall does not have."""
    return _Absent()


def _product(row: Any) -> Product:
    variant = ProductVariant(
        external_id=row["sku"],
        title="",
        sku=row["sku"],
        barcode="",
        price=Money(Decimal(row["price"]), "EUR"),
        compare_at_price=None,
        inventory_quantity=None,
    )
    return Product(
        external_id=row["sku"],
        title=row["title"],
        handle="",
        description="",
        status=ProductStatus.ACTIVE,
        vendor="",
        product_type="",
        tags=(),
        options=(),
        variants=(variant,),
        images=(),
        created_at=None,
        updated_at=None,
    )


def _placed(row: Any, currency: str) -> PlacedOrder:
    return PlacedOrder(
        platform_order_id=row["id"],
        number=f"#{row['id']}",
        total=Money(Decimal(row["total"]), currency),
        tax=Money(Decimal(row["tax"]), currency),
        discount=Money(Decimal(0), currency),
        paid=row["paid"],
        stock=StockEffect.LOWERED,
    )
