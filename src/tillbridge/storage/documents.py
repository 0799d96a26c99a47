"""Domain values as JSON documents and back: what is kept whole and never asked for by column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Consent, Customer
from tillbridge.domain.merging import Value
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import AppliedDiscount, Refund, RefundLine, TenderKind

Json = dict[str, Any]


def money_in(value: Money | None) -> int | None:
    return None if value is None else value.minor


def money_out(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money.of_minor(minor, currency)


def address_in(address: Address | None) -> Json | None:
    return None if address is None else asdict(address)


def address_out(document: Mapping[str, Any] | None) -> Address | None:
    return None if document is None else Address(**document)


def value_in(value: Value) -> Any:
    """A field's value as JSON."""
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    return [asdict(each) for each in value] if isinstance(value, tuple) else value


def value_out(field: str, kept: Any) -> Value:
    """A field's value from JSON, by what the field holds."""
    if field == "addresses":
        return tuple(Address(**each) for each in kept or ())
    if field in MONEY_FIELDS and kept is not None:
        return Money(Decimal(str(kept["amount"])), str(kept["currency"]))
    value: Value = kept
    return value


MONEY_FIELDS = ("price", "compare_at_price")


def customer_in(customer: Customer | None) -> Json | None:
    if customer is None:
        return None
    document = asdict(customer)
    document["consent"] = customer.consent.value
    document["created_at"] = _time_in(customer.created_at)
    document["updated_at"] = _time_in(customer.updated_at)
    return document


def customer_out(document: Mapping[str, Any] | None) -> Customer | None:
    if document is None:
        return None
    return Customer(
        **{
            **document,
            "addresses": tuple(Address(**each) for each in document["addresses"]),
            "consent": Consent(document["consent"]),
            "created_at": _time_out(document["created_at"]),
            "updated_at": _time_out(document["updated_at"]),
        }
    )


def discounts_in(discounts: tuple[AppliedDiscount, ...]) -> list[Json]:
    return [
        {
            "title": each.title, "type": each.type.value, "value": str(each.value), "amount": each.amount.minor,
            "code": each.code, **_judged_in(each),
        }
        for each in discounts
    ]  # fmt: skip


def discounts_out(documents: list[Json], currency: str) -> tuple[AppliedDiscount, ...]:
    return tuple(
        AppliedDiscount(
            each["title"], DiscountType(each["type"]), Decimal(each["value"]), Money.of_minor(each["amount"], currency),
            each["code"], *(tuple(each.get(name, ())) for name in _JUDGED),
        )
        for each in documents
    )  # fmt: skip


_JUDGED = ("judged_by_platform", "judged_by_us", "unjudged")


def _judged_in(discount: AppliedDiscount) -> Json:
    """What a verdict said, where there was one."""
    return {name: list(getattr(discount, name)) for name in _JUDGED if getattr(discount, name)}


def listing_in(listing: Listing | None) -> Json | None:
    return None if listing is None else asdict(listing)


def listing_out(document: Mapping[str, Any] | None) -> Listing | None:
    return None if document is None else Listing(**document)


def refund_in(refund: Refund) -> Json:
    """A refund as a sale keeps it and a job carries it."""
    return {
        "reference": refund.reference,
        "amount": str(refund.amount.amount),
        "currency": refund.amount.currency,
        "lines": [
            {"line_id": each.line_id, "quantity": str(each.quantity), "restock": each.restock} for each in refund.lines
        ],
        "reason": refund.reason,
        **({"paid_by": refund.paid_by.value} if refund.paid_by else {}),
    }


def refund_out(document: Mapping[str, Any]) -> Refund:
    return Refund(
        reference=str(document["reference"]),
        amount=Money(Decimal(str(document["amount"])), str(document["currency"])),
        lines=tuple(
            RefundLine(str(each["line_id"]), Decimal(str(each["quantity"])), bool(each["restock"]))
            for each in document["lines"]
        ),
        reason=str(document["reason"]),
        paid_by=TenderKind(document["paid_by"]) if document.get("paid_by") else None,
    )


def _time_in(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time_out(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def moment(value: Any) -> datetime:
    """A time of a raw row: text on SQLite."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def document(value: Any) -> Json:
    """A document of a raw row: text on SQLite."""
    found: Json = json.loads(value) if isinstance(value, str) else value
    return found
