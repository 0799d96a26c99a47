"""Orders: one unified form for a sale paid at the till and for an order placed online, and what a push brings back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.stock import StockEffect


class Origin(StrEnum):
    """Where an order was made."""

    POS = "pos"
    ONLINE = "online"


class OrderStatus(StrEnum):
    """The business result of a sale. ``local``: waiting or without route. ``failed``: needs a person."""

    LOCAL = "local"
    SYNCING = "syncing"
    SYNCED = "synced"
    FAILED = "failed"
    UNKNOWN = "unknown"


class PaymentStatus(StrEnum):
    """How far an order is paid."""

    PENDING = "pending"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class LineKind(StrEnum):
    """What a line sells. Gift cards sold carry no tax and no discount."""

    PRODUCT = "product"
    FREE_TEXT = "free_text"
    GIFT_CARD = "gift_card"
    SHIPPING = "shipping"


class TenderKind(StrEnum):
    """How a part of the total was paid. EXCHANGE: goods returned in the same sale."""

    CASH = "cash"
    CARD = "card"
    GIFT_CARD = "gift_card"
    EXCHANGE = "exchange"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TaxLine:
    """``rate`` is a fraction (0.23); ``included``: the amount is inside the line's price."""

    name: str
    rate: Decimal
    amount: Money
    included: bool


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A discount already honoured. ``amount`` is positive money off; ``code`` empty for a manual one.

    ``judged_by_platform``, ``judged_by_us`` and ``unjudged`` are what the verdict on its code said before it was paid.
    """

    title: str
    type: DiscountType
    value: Decimal
    amount: Money
    code: str = ""
    judged_by_platform: tuple[str, ...] = ()
    judged_by_us: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """``unit_price`` and ``subtotal`` follow the order's tax mode, before discounts; ``net + tax = gross`` after them.

    ``discount`` is all money off this line, its share of order discounts included. A return has negative quantity.
    """

    id: str
    kind: LineKind
    title: str
    sku: str
    quantity: Decimal
    unit: str
    unit_price: Money
    subtotal: Money
    discount: Money
    net: Money
    tax: Money
    gross: Money
    taxes: tuple[TaxLine, ...]
    discounts: tuple[AppliedDiscount, ...] = ()
    listing: Listing | None = None
    external_id: str = ""
    return_of: str = ""


@dataclass(frozen=True, slots=True)
class Tender:
    """``amount`` counts towards the total; ``change`` was handed back on top. ``card_id``, never a gift card's code."""

    kind: TenderKind
    title: str
    amount: Money
    change: Money
    card_id: str = ""
    masked: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """``total`` includes tax and is what lines add up to; ``rounding`` is cash rounding: payable = total + rounding."""

    subtotal: Money
    discount: Money
    tax: Money
    total: Money
    rounding: Money

    @property
    def payable(self) -> Money:
        return self.total + self.rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A sale or an online order. Lines' gross add up to ``totals.total``; tenders to ``totals.payable``.

    ``refunds``: what was given back of it so far, at a till or at the console; ``payment`` says when it is cancelled.
    """

    id: UUID
    origin: Origin
    reference: str
    receipt: str
    currency: str
    prices_include_tax: bool
    lines: tuple[OrderLine, ...]
    discounts: tuple[AppliedDiscount, ...]
    tenders: tuple[Tender, ...]
    totals: Totals
    sold_at: datetime
    business_date: date
    till: str
    location: str
    customer: Customer | None = None
    billing: Address | None = None
    shipping: Address | None = None
    note: str = ""
    external_id: str = ""
    number: str = ""
    payment: PaymentStatus = PaymentStatus.PAID
    updated_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class Handle:
    """An id gained on the way to an order, such as a cart id. ``kind`` is the adapter's word for the step."""

    kind: str
    external_id: str


Checkpoint = Callable[[Handle], Awaitable[None]]
"""Keeps a handle durably before the next call goes out; awaited by adapters between the steps of a create."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """An order as a fresh read of the platform shows it, not as its create answered.

    ``refunded`` is what was given back so far; ``total`` the order's total before refunds, tax included.
    """

    platform_order_id: str
    number: str
    total: Money
    tax: Money
    discount: Money
    paid: bool
    stock: StockEffect
    location: str = ""
    cancelled: bool = False
    refunded: Money | None = None
    code_counted: bool | None = None
    """Whether the platform counted the discount code as used; None when no code was sold."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer of a look-up. ``placed`` None and ``certain``: it is not there and may be sent again.

    Not ``certain``: ask again after ``ask_again_in`` seconds; ``evidence`` says in words what was seen.
    """

    placed: PlacedOrder | None
    certain: bool
    evidence: str
    ask_again_in: float | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """``line_id`` is our OrderLine.id; quantity positive."""

    line_id: str
    quantity: Decimal
    restock: bool


@dataclass(frozen=True, slots=True)
class Refund:
    """Give back ``amount`` (tax included) for lines, or money alone when ``lines`` is empty.

    ``paid_by``: how the shopper got the money at the till, where somebody said so.
    """

    reference: str
    amount: Money
    lines: tuple[RefundLine, ...]
    reason: str
    paid_by: TenderKind | None = None


@dataclass(frozen=True, slots=True)
class PlacedRefund:
    """A refund the platform booked, read back."""

    external_id: str
    amount: Money
    goods_back: bool = True
    """Whether the platform put goods back where the lines say so; False leaves that to a stock job."""
