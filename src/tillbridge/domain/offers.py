"""Discount verdicts and gift cards: what a code is worth, who judged it, and each redemption with its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tillbridge.domain.money import Money


class DiscountType(StrEnum):
    """How a discount reckons. ``value`` is percent (10 = 10 %) or an amount of money."""

    PERCENTAGE = "percentage"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A basket line as far as a discount rule cares. ``total`` as the till shows it, before the discount."""

    external_product_id: str
    external_variant_id: str
    sku: str
    quantity: Decimal
    total: Money
    on_sale: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """The basket a code is tried on."""

    currency: str
    lines: tuple[OfferLine, ...]
    customer_email: str = ""
    other_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountVerdict:
    """``amount`` is what comes off this basket; ``lines`` the indices of the lines it applies to (empty: all).

    ``judged_by_platform`` and ``judged_by_us`` name the rules each side checked; ``unjudged`` those nobody could.
    """

    code: str
    valid: bool
    type: DiscountType | None
    value: Decimal
    amount: Money
    reason: str
    judged_by_platform: tuple[str, ...] = ()
    judged_by_us: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class GiftCardBalance:
    """``masked`` shows the last four characters; the full code is a secret of its holder."""

    external_id: str
    masked: str
    balance: Money
    usable: bool
    reason: str
    expires_on: date | None = None


class RedemptionState(StrEnum):
    """The journal's states of a gift card redemption."""

    RESERVED = "reserved"
    DEBITED = "debited"
    CONFIRMED = "confirmed"
    GIVEN_BACK = "given_back"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Redemption:
    """A debit the platform booked. ``external_id`` is the transaction's, or empty where the platform has none."""

    card_id: str
    external_id: str
    amount: Money
    balance_after: Money | None
    reference: str
    at: datetime
