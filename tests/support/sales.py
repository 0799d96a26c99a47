"""Sales as a till hands them over: records as JSON lines, and orders made by the till's own arithmetic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tillbridge.domain.basket import BasketLine, Discount, Payment, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.orders import LineKind, Order, TenderKind
from tillbridge.domain.references import order_reference

SHOP_SECRET = b"a shop secret for tests"
SOLD_AT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
VAT = {"name": "VAT", "rate": "0.23"}


def line(sku: str = "TEE-M", quantity: str = "1", unit_price: str = "24.90", **more: Any) -> dict[str, Any]:
    """A line of a record, taxed at 23 %."""
    return {"sku": sku, "title": sku, "quantity": quantity, "unit_price": unit_price, "taxes": [VAT], **more}


def record(receipt: str = "1001", *, lines: Sequence[dict[str, Any]] = (), **more: Any) -> str:
    """A JSON line: one tee paid by card unless told otherwise. ``totals`` default to what plain lines add up to."""
    goods = list(lines) or [line()]
    owed = sum((Decimal(each.get("quantity", "1")) * Decimal(each["unit_price"]) for each in goods), Decimal(0))
    total = str(owed.quantize(Decimal("0.01")))
    body = {
        "till": "Till 1",
        "receipt": receipt,
        "sold_at": SOLD_AT.isoformat(),
        "currency": "EUR",
        "lines": goods,
        "tenders": [{"kind": "card", "amount": total}],
        "totals": {"total": total},
        **more,
    }
    return json.dumps(body)


def sold(
    lines: Sequence[BasketLine],
    *,
    receipt: str = "1001",
    payments: Sequence[Payment] = (),
    discounts: Sequence[Discount] = (),
) -> Order:
    """A paid sale in EUR; without payments it is paid by card."""
    due = price(lines, currency="EUR", prices_include_tax=True, discounts=discounts).due
    paid = payments or ([Payment(TenderKind.CARD, "Card", due)] if due else [])
    basket = price(lines, currency="EUR", prices_include_tax=True, discounts=discounts, payments=paid)
    facts = SaleFacts(
        id=new_id(),
        reference=order_reference(SHOP_SECRET, "Till 1", receipt, SOLD_AT, basket.total),
        receipt=receipt,
        sold_at=SOLD_AT,
        business_date=date(2026, 11, 24),
        till="Till 1",
        location="Main",
    )
    return to_order(basket, facts)


def goods(id_: str, sku: str = "TEE-M", quantity: str = "1", price_: str = "24.90", return_of: str = "") -> BasketLine:
    """A basket line at 23 % VAT."""
    return BasketLine(
        id=id_,
        kind=LineKind.PRODUCT,
        title=sku,
        sku=sku,
        quantity=Decimal(quantity),
        unit_price=Money(Decimal(price_), "EUR"),
        taxes=(TaxRate("VAT", Decimal("0.23")),),
        return_of=return_of,
    )
