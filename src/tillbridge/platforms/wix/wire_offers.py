"""Coupons, Wix's reckoning of one, and gift cards as they come in. Parsed by discounts and gift cards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from tillbridge.platforms.reading import Instant, Number, Text
from tillbridge.platforms.wix.wire import Amount, Id, Rows, Wire
from tillbridge.platforms.wix.wire_orders import AppliedDiscount


def _epoch(value: Any) -> Any:
    """Milliseconds since 1970, as a number or as text; some samples show the one, the declaration the other."""
    if isinstance(value, str) and value.lstrip("-").isdigit():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC) if value else None
    return value


Epoch = Annotated[Instant | None, BeforeValidator(_epoch)]


class Group(Wire):
    name: Text = ""
    entityId: Text = ""


class Scope(Wire):
    namespace: Text = ""
    group: Group = Group()


class Specification(Wire):
    """One of the five kinds of worth is set; ``percentOffRate`` 20 is 20 %."""

    name: Text = ""
    code: Text = ""
    active: bool | None = None
    startTime: Epoch = None
    expirationTime: Epoch = None
    usageLimit: int | None = None
    limitPerCustomer: int | None = None
    limitedToOneItem: bool | None = None
    minimumSubtotal: Number | None = None
    scope: Scope | None = None
    percentOffRate: Number | None = None
    moneyOffAmount: Number | None = None
    freeShipping: bool | None = None
    fixedPriceAmount: Number | None = None
    buyXGetY: dict[str, Any] | None = None


class Coupon(Wire):
    id: Id
    specification: Specification
    expired: bool | None = None
    numberOfUsages: int = 0


class CalculationProblem(Wire):
    """A problem of one part of the reckoning, in whichever of Wix's error forms."""

    applicationError: dict[str, Any] | None = None
    validationError: dict[str, Any] | None = None


class CalculationProblems(Wire):
    couponCalculationError: CalculationProblem | None = None


class Calculated(Wire):
    appliedDiscounts: Rows[AppliedDiscount] = ()
    calculationErrors: CalculationProblems = CalculationProblems()


class GiftCard(Wire):
    """``code`` is masked in every answer but that of its making."""

    id: Id
    code: Text = ""
    codeSuffix: Text = ""
    balance: Amount
    currency: Text = ""
    expirationDate: Instant | None = None
    disabledDate: Instant | None = None


class NewBalance(Wire):
    balance: Amount
