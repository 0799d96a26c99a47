"""Wix's answers as they come in, held to what we rely on. Parsed by ``mapping``; extra fields are let be.

Wix leaves empty values out of its answers, so what has a default here may be missing there.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: Any) -> Any:
    return "" if value is None else value


def _list(value: Any) -> Any:
    return [] if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    """Base of all records of the wire."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Cursors(Wire):
    next: str | None = None


class Paging(Wire):
    hasNext: bool | None = None
    cursors: Cursors = Cursors()


class Amount(Wire):
    """Money as text; its currency stands elsewhere."""

    amount: Decimal


class Named(Wire):
    name: Text = ""


# products


class Picture(Wire):
    url: Text = ""
    altText: Text = ""


class Medium(Wire):
    id: Text = ""
    altText: Text = ""
    url: Text = ""
    image: Picture = Picture()


class Media(Wire):
    items: Annotated[list[Medium], BeforeValidator(_list)] = []


class MediaInfo(Wire):
    itemsInfo: Media = Media()


class Choice(Wire):
    name: Text = ""


class Choices(Wire):
    choices: Annotated[list[Choice], BeforeValidator(_list)] = []


class Option(Wire):
    name: str
    choicesSettings: Choices = Choices()


class ChosenNames(Wire):
    optionName: Text = ""
    choiceName: Text = ""


class Chosen(Wire):
    optionChoiceNames: ChosenNames = ChosenNames()


class VariantPrice(Wire):
    actualPrice: Amount
    compareAtPrice: Amount | None = None


class Physical(Wire):
    weight: Decimal | None = None
    sku: Text = ""


class ProductData(Wire):
    """What the index of variants says about their product."""

    productId: Id
    revision: Text = ""


class Variant(Wire):
    """A variant inside its product (``id``, ``choices``) or of the index (``variantId``, ``optionChoices``)."""

    id: Text = ""
    variantId: Text = ""
    sku: Text = ""
    barcode: Text = ""
    choices: Annotated[list[Chosen], BeforeValidator(_list)] = []
    optionChoices: Annotated[list[Chosen], BeforeValidator(_list)] = []
    price: VariantPrice
    physicalProperties: Physical = Physical()
    media: Medium | None = None
    productData: ProductData | None = None

    @property
    def key(self) -> str:
        return self.variantId or self.id

    @property
    def chosen(self) -> list[Chosen]:
        return self.optionChoices or self.choices


class WeightUnit(Wire):
    weightMeasurementUnit: Text = ""


class Product(Wire):
    id: Id
    revision: Text = ""
    name: str
    slug: Text = ""
    visible: bool | None = None
    productType: Text = ""
    plainDescription: Text = ""
    brand: Named = Named()
    currency: Text = ""
    options: Annotated[list[Option], BeforeValidator(_list)] = []
    media: MediaInfo = MediaInfo()
    weightMeasurementUnitInfo: WeightUnit = WeightUnit()
    createdDate: datetime | None = None
    updatedDate: datetime | None = None


class StockItem(Wire):
    """The stock of a variant at a location: counted (``quantity``) or only said to be there (``inStock``)."""

    id: Id
    revision: Id
    productId: Id
    variantId: Id
    locationId: Text = ""
    quantity: Decimal | None = None
    inStock: bool | None = None


class BulkError(Wire):
    code: Text = ""
    description: Text = ""


class ItemMetadata(Wire):
    id: Text = ""
    originalIndex: int = 0
    success: bool = False
    error: BulkError = BulkError()


class BulkResult(Wire):
    itemMetadata: ItemMetadata


class Location(Wire):
    id: Id
    name: Text = ""
    defaultLocation: bool = False


# people


class PersonName(Wire):
    first: Text = ""
    last: Text = ""


class Subscription(Wire):
    status: Text = ""


class Email(Wire):
    email: Text = ""
    subscriptionStatus: Subscription = Subscription()


class Phone(Wire):
    phone: Text = ""


class Place(Wire):
    country: Text = ""
    subdivision: Text = ""
    city: Text = ""
    postalCode: Text = ""
    addressLine: Text = ""
    addressLine2: Text = ""


class Person(Wire):
    """Who an address is for."""

    firstName: Text = ""
    lastName: Text = ""
    company: Text = ""
    phone: Text = ""


class ContactAddress(Wire):
    address: Place = Place()
    recipient: Person = Person()


class Contact(Wire):
    id: Id
    revision: str | int
    name: PersonName = PersonName()
    email: Email = Email()
    phone: Phone = Phone()
    addresses: Annotated[list[ContactAddress], BeforeValidator(_list)] = []
    createdDate: datetime | None = None
    updatedDate: datetime | None = None


# orders


class Original(Wire):
    original: Text = ""


class GoodsOptions(Wire):
    variantId: Text = ""


class CatalogReference(Wire):
    catalogItemId: Text = ""
    appId: Text = ""
    options: GoodsOptions | None = None


class LineTax(Wire):
    taxAmount: Amount | None = None
    taxRate: Decimal | None = None


class ItemType(Wire):
    preset: Text = ""


class OrderLine(Wire):
    """``totalPriceAfterTax`` is what the line came to; ``price`` is for display, after discounts."""

    id: Id
    productName: Original = Original()
    catalogReference: CatalogReference | None = None
    quantity: Decimal
    price: Amount | None = None
    priceBeforeDiscounts: Amount | None = None
    totalDiscount: Amount | None = None
    totalPriceBeforeTax: Amount | None = None
    totalPriceAfterTax: Amount | None = None
    taxInfo: LineTax = LineTax()
    physicalProperties: Physical = Physical()
    itemType: ItemType = ItemType()
    restockQuantity: Decimal | None = None


class OrderAddress(Wire):
    address: Place = Place()
    contactDetails: Person = Person()


class Buyer(Wire):
    contactId: Text = ""
    email: Text = ""


class ShippingCost(Wire):
    price: Amount | None = None
    totalPriceAfterTax: Amount | None = None
    taxInfo: LineTax = LineTax()


class Shipping(Wire):
    title: Text = ""
    cost: ShippingCost = ShippingCost()


class PriceSummary(Wire):
    total: Amount
    tax: Amount | None = None
    discount: Amount | None = None


class OrderTax(Wire):
    totalTax: Amount | None = None


class CouponApplied(Wire):
    code: Text = ""
    name: Text = ""
    amount: Amount | None = None


class MerchantDiscount(Wire):
    description: Text = ""
    amount: Amount | None = None


class RuleDiscount(Wire):
    amount: Amount | None = None


class AppliedDiscount(Wire):
    coupon: CouponApplied | None = None
    merchantDiscount: MerchantDiscount | None = None
    discountRule: RuleDiscount | None = None


class Channel(Wire):
    type: Text = ""
    externalOrderId: Text = ""


class CustomField(Wire):
    title: Text = ""
    value: Any = None


class Balance(Wire):
    paid: Amount | None = None
    refunded: Amount | None = None


class Order(Wire):
    id: Id
    number: Text = ""
    status: str
    paymentStatus: str
    fulfillmentStatus: Text = ""
    currency: Id
    taxIncludedInPrices: bool = False
    lineItems: Annotated[list[OrderLine], BeforeValidator(_list)] = []
    priceSummary: PriceSummary
    taxInfo: OrderTax = OrderTax()
    shippingInfo: Shipping | None = None
    appliedDiscounts: Annotated[list[AppliedDiscount], BeforeValidator(_list)] = []
    buyerInfo: Buyer = Buyer()
    billingInfo: OrderAddress | None = None
    recipientInfo: OrderAddress | None = None
    buyerNote: Text = ""
    channelInfo: Channel = Channel()
    customFields: Annotated[list[CustomField], BeforeValidator(_list)] = []
    balanceSummary: Balance = Balance()
    createdDate: datetime
    updatedDate: datetime
    purchasedDate: datetime | None = None


class Rounding(Wire):
    unroundedAmount: Amount | None = None


class Payment(Wire):
    """``status`` is newer than the one inside ``regularPaymentDetails``; either may be there."""

    class Details(Wire):
        status: Text = ""

    id: Id
    amount: Amount
    status: Text = ""
    regularPaymentDetails: Details = Details()
    cashRounding: Rounding = Rounding()

    @property
    def booked(self) -> Decimal:
        """What it counts for against the order's total."""
        exact = self.cashRounding.unroundedAmount
        return exact.amount if exact is not None else self.amount.amount

    @property
    def approved(self) -> bool:
        state = self.status or self.regularPaymentDetails.status
        return state in ("APPROVED", "REFUNDED", "PARTIALLY_REFUNDED")


class RefundPart(Wire):
    paymentId: Id
    amount: Amount
    refundStatus: Text = ""


class RefundDetails(Wire):
    reason: Text = ""


class Refund(Wire):
    id: Id
    transactions: Annotated[list[RefundPart], BeforeValidator(_list)] = []
    details: RefundDetails = RefundDetails()


class Transactions(Wire):
    payments: Annotated[list[Payment], BeforeValidator(_list)] = []
    refunds: Annotated[list[Refund], BeforeValidator(_list)] = []


# the site


class Locale(Wire):
    country: Text = ""


class SiteProperties(Wire):
    businessName: Text = ""
    siteDisplayName: Text = ""
    paymentCurrency: Id
    timeZone: Text = ""


class OrdersSettings(Wire):
    inventoryUpdateTrigger: Text = ""
