"""Lines of ``orders add`` as a till writes them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def sale(receipt: str, *, sku: str = "TEE-M", quantity: str = "1", price: str = "24.90", **more: Any) -> dict[str, Any]:
    """A sale of one line, tax included, paid by card."""
    total = str(Decimal(quantity) * Decimal(price))
    return {
        "till": "Till 1", "receipt": receipt, "sold_at": "2026-11-24T08:30:00+00:00", "currency": "EUR",
        "prices_include_tax": True,
        "lines": [{
            "sku": sku, "title": "Organic Tee", "quantity": quantity, "unit_price": price,
            "taxes": [{"name": "VAT", "rate": "0.23"}],
        }],
        "tenders": [{"kind": "card", "amount": total}], "totals": {"total": total}, **more,
    }  # fmt: skip


def record(receipt: str, **more: Any) -> str:
    """The same as one line of JSON."""
    return json.dumps(sale(receipt, **more))
