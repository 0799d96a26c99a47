"""What every platform offers, in words and types. Sync and services call these; each platform's folder fulfils them.

All methods raise errors of ``domain.errors`` only. A method of an absent capability raises CapabilityAbsent with the
reason its spec declares. Amounts are Money in the connection's currency, times aware UTC, foreign ids text.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from tillbridge.domain.catalog import Listing, Product
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection, ShopFacts, StepReport
from tillbridge.domain.customers import Customer
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountVerdict, GiftCardBalance, Offer, Redemption
from tillbridge.domain.orders import Checkpoint, Handle, LookUp, Order, PlacedOrder, PlacedRefund, Refund
from tillbridge.domain.specs import PlatformSpec
from tillbridge.domain.stock import ExternalLocation, StockChange, StockLevel, StockOutcome
from tillbridge.domain.tokens import Secret, Token, TokenGrant, TokenType
from tillbridge.net.client import ApiClient

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class TokenSource(Protocol):
    """The connection's tokens, renewed when needed. Adapters see nothing else of the vault."""

    async def get_token(self, token_type: TokenType = TokenType.ACCESS) -> Token:
        """A valid token. Raises ReauthenticationNeeded when it cannot be had."""
        ...

    async def with_token_refresh(self, call: Callable[[Token], Awaitable[T]]) -> T:
        """Run ``call`` with a valid token; on TokenRejected renew once and repeat once."""
        ...

    async def keep(self, token_type: TokenType, value: Secret, expires_in: float | None) -> None:
        """Store a token gained on the way, such as a session."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """All an adapter needs to speak for one connection. ``credentials`` holds the secret form fields by name."""

    connection: Connection
    credentials: Mapping[str, Secret]
    api: ApiClient
    tokens: TokenSource
    clock: Clock


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that did not fit: its ``path``, what was expected and found, and the record as JSON for quarantine."""

    external_id: str
    path: str
    expected: str
    found: str
    raw: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """One page of a list. ``high_water``: the newest change in it, by the platform's own clock."""

    items: tuple[T_co, ...]
    refused: tuple[RefusedRecord, ...]
    high_water: datetime | None
    cursor: str | None
    """Resumes after this page; None on the last."""


class ShopService(Protocol):
    """The connection itself: live test and preparation."""

    async def test(self) -> ShopFacts:
        """Ask the shop who it is. Raises WrongCredentials naming the field, MissingPermission, NotTheApi and so on."""
        ...

    async def locations(self) -> tuple[ExternalLocation, ...]: ...

    async def check_step(self, name: str) -> StepReport:
        """Where a preparation step stands; changes nothing."""
        ...

    async def do_step(self, name: str, choice: str | None) -> StepReport:
        """Do a step; repeatable. ``choice`` is one of the report's choices."""
        ...


class ProductService(Protocol):
    def list_products(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Product]]:
        """Whole products with variants, options and images, without a call per product. Overlap is the caller's."""
        ...

    async def find_by_code(self, code: str) -> tuple[Product, ...]:
        """Products with a variant whose SKU or barcode equals the code exactly."""
        ...


class InventoryService(Protocol):
    async def read_levels(self, listings: Sequence[Listing], location_id: str = "") -> tuple[StockLevel, ...]: ...

    async def set_levels(self, changes: Sequence[StockChange], idempotency_key: str) -> tuple[StockOutcome, ...]:
        """Absolute writes; ``expected`` is honoured as well as the platform can (see its passport)."""
        ...

    async def adjust(
        self, listing: Listing, location_id: str, delta: Decimal, idempotency_key: str
    ) -> StockOutcome: ...


class OrderService(Protocol):
    async def create_order(self, order: Order, checkpoint: Checkpoint) -> PlacedOrder:
        """Record a paid sale, already paid, without mails. Never repeats a create by itself.

        Raises OutcomeUnknown when the answer was lost: call ``look_up`` next. The result is a fresh read.
        """
        ...

    async def look_up(self, order: Order, handles: Sequence[Handle], sent_at: datetime) -> LookUp:
        """Is the sale there? Finishes what a crash left undone (only steps safe to repeat)."""
        ...

    async def read_placed(self, platform_order_id: str, currency: str) -> PlacedOrder: ...

    def list_orders(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Order]]: ...

    async def cancel_order(self, order: Order, platform_order_id: str, reason: str) -> PlacedOrder:
        """Cancel and restock; safe to repeat."""
        ...

    async def refund_order(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund:
        """Give back money, in part or whole. Raises OutcomeUnknown like a create."""
        ...

    async def look_up_refund(self, order: Order, platform_order_id: str, refund: Refund) -> PlacedRefund | None:
        """The refund with this reference, if the platform booked it."""
        ...


class CustomerService(Protocol):
    def list_customers(
        self, changed_since: datetime | None = None, cursor: str | None = None
    ) -> AsyncIterator[Page[Customer]]: ...

    async def find_by_email(self, email: str) -> Customer | None: ...

    async def save(self, customer: Customer) -> Customer:
        """Create, or update when ``external_id`` is set. An existing e-mail is found instead of made twice."""
        ...


class DiscountService(Protocol):
    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """Judge a code for this basket; an unknown or refused code is a verdict with a reason, not an error."""
        ...


class GiftCardService(Protocol):
    async def check_balance(self, code: Secret) -> GiftCardBalance:
        """Raises NotFound for an unknown code."""
        ...

    async def redeem_gift_card(self, code: Secret, amount: Money, reference: str) -> Redemption:
        """Debit once. Raises PlatformRefused (insufficient) or OutcomeUnknown: then ``look_up_redemption``."""
        ...

    async def look_up_redemption(self, card_id: str, amount: Money, reference: str) -> Redemption | None: ...

    async def give_back(self, card_id: str, amount: Money, reference: str) -> Redemption:
        """Credit what an abandoned basket had taken, once per reference."""
        ...


Renew = Callable[[Session, Secret | None], Awaitable[TokenGrant]]
"""Asks the platform for a new access token; the second argument is the stored refresh token, if any.

Raises ReauthenticationNeeded when the grant is dead, PlatformUnavailable or NetworkFailure in an outage.
"""


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """A delivery as it came in: header names lower-case, body as raw bytes."""

    headers: Mapping[str, str]
    body: bytes


Alive = Callable[[Session, Token], Awaitable[bool]]
"""Whether an access token lives, where refusals leave that open. Changes nothing; raises transient errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What a platform's folder hands to the registry, as ``PLATFORM`` in its ``__init__``.

    ``simulator`` is a dotted path ``module:callable`` for the training mode, so that adapters never import it.
    """

    spec: PlatformSpec
    shop: Callable[[Session], ShopService]
    product: Callable[[Session], ProductService]
    inventory: Callable[[Session], InventoryService]
    order: Callable[[Session], OrderService]
    customer: Callable[[Session], CustomerService]
    discount: Callable[[Session], DiscountService]
    gift_card: Callable[[Session], GiftCardService]
    renew: Renew | None
    verify_webhook: Callable[[WebhookDelivery, Secret], bool] | None
    simulator: str
    alive: Alive | None = None
