"""Goods, people and the site of Wix as they come in, held to what we rely on. Parsed by ``mapping`` and services.

Wix leaves empty values out of its answers, so what has a default here may be missing there.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from tillbridge.platforms.reading import Currency, Instant, Number, Quantity, Text, TextId

T = TypeVar("T")


def _written(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("an id: a text")
    return value


def _list(value: Any) -> Any:
    return () if value is None else value


Id = Annotated[TextId, BeforeValidator(_written)]
Rows = Annotated[tuple[T, ...], BeforeValidator(_list)]


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

    amount: Number


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
    items: Rows[Medium] = ()


class MediaInfo(Wire):
    itemsInfo: Media = Media()


class Choice(Wire):
    name: Text = ""


class Choices(Wire):
    choices: Rows[Choice] = ()


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
    weight: Number | None = None
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
    choices: Rows[Chosen] = ()
    optionChoices: Rows[Chosen] = ()
    price: VariantPrice
    physicalProperties: Physical = Physical()
    media: Medium | None = None
    productData: ProductData | None = None

    @property
    def key(self) -> str:
        """In the index ``id`` is the entry's, not the variant's."""
        return self.variantId if self.productData is not None else self.variantId or self.id

    @property
    def chosen(self) -> tuple[Chosen, ...]:
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
    currency: Currency | None = None
    options: Rows[Option] = ()
    media: MediaInfo = MediaInfo()
    weightMeasurementUnitInfo: WeightUnit = WeightUnit()
    createdDate: Instant | None = None
    updatedDate: Instant | None = None


class StockItem(Wire):
    """The stock of a variant at a location: counted (``quantity``) or only said to be there (``inStock``)."""

    id: Id
    revision: Id
    productId: Id
    variantId: Id
    locationId: Text = ""
    quantity: Quantity | None = None
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
    addresses: Rows[ContactAddress] = ()
    createdDate: Instant | None = None
    updatedDate: Instant | None = None


# the site


class Locale(Wire):
    country: Text = ""


class SiteProperties(Wire):
    businessName: Text = ""
    siteDisplayName: Text = ""
    paymentCurrency: Currency
    timeZone: Text = ""


class OrdersSettings(Wire):
    inventoryUpdateTrigger: Text = ""
