"""Sylius's answers as they come in, held to what we rely on. Parsed by ``mapping``; extra fields are let be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tillbridge.platforms.reading import Currency, Instant, Minor, Pieces, Text, TextId, WholeId, listed, record


def _iri(value: Any) -> Any:
    """A relation, written as its IRI or with the record in place; anything else is left to be refused."""
    found = value.get("@id") if isinstance(value, dict) else "" if value is None else value
    if not isinstance(found, str):
        raise ValueError("a relation")
    return found


def last_part(iri: str) -> str:
    """The key at the end of an IRI: ``/api/v2/admin/products/MUG`` is ``MUG``."""
    return iri.rstrip("/").rpartition("/")[2]


def _named(iri: str) -> str:
    if not last_part(iri).strip():
        raise ValueError("a relation")
    return iri


Iri = Annotated[str, BeforeValidator(_iri)]
Iris = Annotated[list[Iri], BeforeValidator(listed)]
Translations = Annotated[dict[str, Any], BeforeValidator(record)]
"""By language; ``mapping.translation`` reads the one that is shown."""


class Wire(BaseModel):
    """Base of all records of the wire."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Translation(Wire):
    name: Text = ""
    slug: Text = ""
    description: Text = ""
    value: Text = ""


class Attribute(Wire):
    attribute: Iri = ""
    value: Any = None


class Image(Wire):
    path: Text = ""
    position: int | None = None
    productVariants: Iris = []


class Product(Wire):
    code: TextId
    enabled: bool
    variants: Iris
    options: Iris = []
    channels: Iris = []
    mainTaxon: Iri = ""
    images: Annotated[list[Image], BeforeValidator(listed)] = []
    attributes: Annotated[list[Attribute], BeforeValidator(listed)] = []
    translations: Translations = {}
    createdAt: Instant | None = None
    updatedAt: Instant | None = None


class Pricing(Wire):
    price: Minor | None = None
    originalPrice: Minor | None = None


class Variant(Wire):
    code: TextId
    product: Iri
    enabled: bool = True
    tracked: bool
    onHand: Pieces
    onHold: Pieces
    position: int | None = None
    optionValues: Iris = []
    channelPricings: Annotated[dict[str, Any], BeforeValidator(record)] = {}
    translations: Translations = {}
    taxCategory: Iri = ""
    updatedAt: Instant | None = None

    @property
    def available(self) -> int | None:
        """What may be sold; None when no stock is kept."""
        return self.onHand - self.onHold if self.tracked else None


class Owned(Wire):
    """As much of a variant as tells which product it belongs to."""

    code: TextId
    product: Iri


class Option(Wire):
    code: TextId
    values: Iris = []
    translations: Translations = {}
    name: Text = ""


class OptionValue(Wire):
    iri: str = Field(alias="@id")
    code: TextId
    value: Text = ""
    translations: Translations = {}


class Customer(Wire):
    id: WholeId
    email: str
    firstName: Text = ""
    lastName: Text = ""
    phoneNumber: Text = ""
    subscribedToNewsletter: bool | None = None
    createdAt: Instant | None = None


class Place(Wire):
    firstName: Text = ""
    lastName: Text = ""
    company: Text = ""
    street: Text = ""
    city: Text = ""
    postcode: Text = ""
    countryCode: Text = ""
    provinceName: Text = ""
    phoneNumber: Text = ""


class Choice(Wire):
    """A payment or shipment of an order with the method chosen for it."""

    id: WholeId
    method: Iri = ""


class Item(Wire):
    id: WholeId
    variant: Annotated[Iri, AfterValidator(_named)]
    productName: Text = ""
    variantName: Text = ""
    quantity: Pieces
    unitPrice: Minor
    total: Minor


class Coupon(Wire):
    code: TextId


class Sums(Wire):
    """What carts and orders share."""

    tokenValue: TextId
    currencyCode: Currency
    state: str
    checkoutState: str
    total: Minor
    items: list[Item]
    payments: Annotated[list[Choice], BeforeValidator(listed)] = []
    shipments: Annotated[list[Choice], BeforeValidator(listed)] = []
    orderPromotionTotal: Minor = 0
    shippingPromotionTotal: Minor = 0


class Cart(Sums):
    """An order as its shopper sees it, placed or not."""

    promotionCoupon: Coupon | None = None


class Order(Sums):
    """A placed order as staff see it. ``checkoutCompletedAt`` is not told before 2.1."""

    number: Text
    paymentState: str
    shippingState: Text = ""
    notes: Text = ""
    customer: Iri = ""
    billingAddress: Place | None = None
    shippingAddress: Place | None = None
    checkoutCompletedAt: Instant | None = None
    taxTotal: Minor
    taxExcludedTotal: Minor
    taxIncludedTotal: Minor
    shippingTotal: Minor = 0
    shippingTaxTotal: Minor = 0


class Payment(Wire):
    id: WholeId
    order: Iri = ""
    state: str
    amount: Minor
    createdAt: Instant | None = None
    updatedAt: Instant | None = None


class Rule(Wire):
    """A rule or an action of a promotion."""

    type: str
    configuration: Annotated[dict[str, Any], BeforeValidator(record)] = {}


class Promotion(Wire):
    code: TextId
    name: Text = ""
    channels: Iris = []
    usageLimit: int | None = None
    used: int = 0
    startsAt: Instant | None = None
    endsAt: Instant | None = None
    archivedAt: Instant | None = None
    couponBased: bool = True
    rules: Annotated[list[Rule], BeforeValidator(listed)] = []
    actions: Annotated[list[Rule], BeforeValidator(listed)] = []


class PromotionCoupon(Wire):
    code: TextId
    usageLimit: int | None = None
    perCustomerUsageLimit: int | None = None
    used: int = 0
    expiresAt: Instant | None = None


class BillingData(Wire):
    company: Text = ""
    countryCode: Text = ""
    street: Text = ""
    city: Text = ""
    postcode: Text = ""


class Channel(Wire):
    code: TextId
    name: Text = ""
    hostname: Text = ""
    enabled: bool = True
    baseCurrency: Iri
    defaultLocale: Iri = ""
    countries: Iris = []
    shopBillingData: BillingData | None = None


class Gateway(Wire):
    factoryName: Text = ""


class Method(Wire):
    """A payment or shipping method."""

    code: TextId
    enabled: bool = True
    channels: Iris = []
    translations: Translations = {}
    gatewayConfig: Annotated[Gateway, BeforeValidator(lambda value: value if isinstance(value, dict) else {})] = (
        Gateway()
    )
    archivedAt: Instant | None = None
    shippingChargesCalculator: Text = ""
    shippingChargesCalculatorConfiguration: Annotated[dict[str, Any], BeforeValidator(record)] = {}


def utc(value: datetime | None, zone: str) -> datetime | None:
    """A moment that carries no offset, by the zone of the shop's server; from 2.3 on they carry one."""
    if value is None:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def decimal(value: Any) -> Decimal:
    """A number of a promotion's configuration, such as 0.1."""
    return Decimal(str(value))
