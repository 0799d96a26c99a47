"""Shopify's payloads as pydantic models: strict on ids, codes, money and quantities, tolerant of everything else."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from tillbridge.platforms.reading import Currency

T = TypeVar("T")
_NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,12})?")
_LARGEST = Decimal(10) ** 14


def decimal(value: Any) -> Decimal:
    """Money and rates come as text; a JSON number of the same value is accepted, nothing else is."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        found = Decimal(value)
        if found.is_finite() and abs(found) < _LARGEST:
            return found
    raise ValueError("a decimal number as text")


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a time as text")
    return value


def _sensible(value: datetime) -> datetime:
    if not 1900 <= value.year < 9000:
        raise ValueError("a moment in our time")
    return value


def gid(kind: str) -> Any:
    return StringConstraints(strict=True, pattern=rf"^gid://shopify/{kind}/\d+$")


Number = Annotated[Decimal, BeforeValidator(decimal)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_sensible)]
Text = Annotated[str, Field(strict=True)]
Count = Annotated[StrictInt, Field(ge=0, le=10**9)]
ProductId = Annotated[str, gid("Product")]
VariantId = Annotated[str, gid("ProductVariant")]
ItemId = Annotated[str, gid("InventoryItem")]
LocationId = Annotated[str, gid("Location")]
CustomerId = Annotated[str, gid("Customer")]
OrderId = Annotated[str, gid("Order")]
LineId = Annotated[str, gid("LineItem")]
AnyId = Annotated[str, gid(r"\w+")]


class Wire(BaseModel):
    """Extra keys are Shopify's business; a key that is named here without default must be there."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class PageInfo(Wire):
    hasNextPage: StrictBool
    endCursor: Text | None = None


class Nodes(Wire, Generic[T]):
    nodes: tuple[T, ...]


class PagedNodes(Wire, Generic[T]):
    nodes: tuple[T, ...]
    pageInfo: PageInfo


class MoneyV2(Wire):
    amount: Number
    currencyCode: Currency


class MoneyBag(Wire):
    shopMoney: MoneyV2


class OptionValue(Wire):
    name: Text


class Option(Wire):
    name: Text
    position: StrictInt
    optionValues: tuple[OptionValue, ...]


class Selected(Wire):
    name: Text
    value: Text


class ImageFile(Wire):
    url: Text


class Media(Wire):
    id: Text
    alt: Text | None = None
    image: ImageFile | None = None


class MediaRef(Wire):
    id: Text


class Weight(Wire):
    value: Number
    unit: Text


class Measurement(Wire):
    weight: Weight | None = None


class InventoryItem(Wire):
    id: ItemId
    tracked: StrictBool
    measurement: Measurement | None = None


class Variant(Wire):
    """``sku``, ``barcode`` and the quantity may be null but not missing: missing is not empty and not zero."""

    id: VariantId
    title: Text
    sku: Text | None
    barcode: Text | None
    price: Number
    compareAtPrice: Number | None
    taxable: StrictBool = True
    inventoryQuantity: StrictInt | None
    selectedOptions: tuple[Selected, ...] = ()
    media: Nodes[MediaRef] | None = None
    inventoryItem: InventoryItem


class Product(Wire):
    id: ProductId
    title: Text
    handle: Text
    descriptionHtml: Text = ""
    status: Text
    vendor: Text | None = None
    productType: Text | None = None
    tags: tuple[Text, ...] = ()
    createdAt: Moment
    updatedAt: Moment
    isGiftCard: StrictBool = False
    options: tuple[Option, ...]
    media: Nodes[Media]
    variants: PagedNodes[Variant]


class Quantity(Wire):
    name: Text
    quantity: StrictInt
    updatedAt: Moment | None = None


class LocationRef(Wire):
    id: LocationId


class Level(Wire):
    location: LocationRef
    quantities: tuple[Quantity, ...]


class Location(Wire):
    id: LocationId
    name: Text
    isActive: StrictBool


class Email(Wire):
    emailAddress: Text
    marketingState: Text | None = None


class Phone(Wire):
    phoneNumber: Text


class Address(Wire):
    firstName: Text | None = None
    lastName: Text | None = None
    company: Text | None = None
    address1: Text | None = None
    address2: Text | None = None
    city: Text | None = None
    provinceCode: Text | None = None
    zip: Text | None = None
    countryCodeV2: Text | None = None
    phone: Text | None = None


class Customer(Wire):
    id: CustomerId
    firstName: Text | None
    lastName: Text | None
    createdAt: Moment
    updatedAt: Moment
    defaultEmailAddress: Email | None
    defaultPhoneNumber: Phone | None = None
    addressesV2: Nodes[Address]


class Attribute(Wire):
    key: Text
    value: Text | None = None


class TaxLine(Wire):
    title: Text
    rate: Number | None = None
    priceSet: MoneyBag


class Allocation(Wire):
    allocatedAmountSet: MoneyBag


class OrderVariant(Wire):
    id: VariantId
    inventoryItem: MediaRef | None = None


class OrderLine(Wire):
    id: LineId
    title: Text
    variantTitle: Text | None = None
    sku: Text | None
    quantity: Count
    currentQuantity: Count
    refundableQuantity: Count = 0
    isGiftCard: StrictBool = False
    customAttributes: tuple[Attribute, ...] = ()
    variant: OrderVariant | None
    product: MediaRef | None = None
    originalUnitPriceSet: MoneyBag
    discountedTotalSet: MoneyBag
    discountAllocations: tuple[Allocation, ...] = ()
    taxLines: tuple[TaxLine, ...]


class OrderCustomer(Wire):
    id: CustomerId
    firstName: Text | None = None
    lastName: Text | None = None
    defaultEmailAddress: Email | None = None


class Place(Wire):
    id: Text
    name: Text | None = None


class Application(Wire):
    """``value`` is an amount or a percentage; the percentage may be documented negative, so its size counts."""

    typename: Annotated[str, Field(alias="__typename")]
    value: dict[str, Any]
    code: Text | None = None
    title: Text | None = None


class ShippingLine(Wire):
    id: Text
    title: Text
    originalPriceSet: MoneyBag
    discountedPriceSet: MoneyBag
    taxLines: tuple[TaxLine, ...] = ()


class Parent(Wire):
    id: AnyId


class Transaction(Wire):
    id: AnyId
    kind: Text
    status: Text
    gateway: Text | None = None
    amountSet: MoneyBag
    parentTransaction: Parent | None = None


class Refund(Wire):
    id: AnyId
    note: Text | None = None
    totalRefundedSet: MoneyBag
    transactions: Nodes[Transaction] | None = None


class Order(Wire):
    id: OrderId
    name: Text
    createdAt: Moment
    processedAt: Moment
    updatedAt: Moment
    cancelledAt: Moment | None
    email: Text | None = None
    note: Text | None = None
    sourceIdentifier: Text | None
    currencyCode: Currency
    taxesIncluded: StrictBool
    displayFinancialStatus: Text | None
    discountCodes: tuple[Text, ...] = ()
    customAttributes: tuple[Attribute, ...] = ()
    customer: OrderCustomer | None = None
    retailLocation: Place | None = None
    totalDiscountsSet: MoneyBag | None = None
    totalTaxSet: MoneyBag | None
    totalPriceSet: MoneyBag
    totalRefundedSet: MoneyBag
    totalOutstandingSet: MoneyBag
    discountApplications: Nodes[Application] | None = None
    billingAddress: Address | None = None
    shippingAddress: Address | None = None
    shippingLines: Nodes[ShippingLine] | None = None
    transactions: tuple[Transaction, ...] = ()
    refunds: tuple[Refund, ...] = ()
    lineItems: PagedNodes[OrderLine]
