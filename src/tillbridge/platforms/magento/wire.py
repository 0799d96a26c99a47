"""Magento's answers as they come in, held to what we rely on. Parsed by ``mapping``; extra fields are let be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from tillbridge.domain.errors import Drift
from tillbridge.platforms.reading import Currency, Instant, Number, Quantity, Text, WholeId, listed, record, shown

_Strict = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
_PRICE: TypeAdapter[Decimal] = TypeAdapter(Number)


def _amount(value: Any) -> Any:
    return Decimal(0) if value is None else value


def _moment(value: Any) -> Any:
    return None if value in ("", None) else value


Amount = Annotated[Number, BeforeValidator(_amount)]
Moment = Annotated[Instant | None, BeforeValidator(_moment)]


class Wire(BaseModel):
    """Base of all records of the wire."""

    model_config = _Strict


class Custom(Wire):
    """An attribute of the shop's own; ``value`` is a text or a list of texts."""

    attribute_code: str
    value: Any = None


class OptionValue(Wire):
    value_index: str


class Option(Wire):
    """What a configurable product's variants differ in, by attribute id."""

    attribute_id: str
    label: Text = ""
    position: int = 0
    values: Annotated[list[OptionValue], BeforeValidator(listed)] = []


class ProductMore(Wire):
    configurable_product_options: Annotated[list[Option], BeforeValidator(listed)] = []
    configurable_product_links: Annotated[list[WholeId], BeforeValidator(listed)] = []


class Picture(Wire):
    media_type: Text = ""
    label: Text = ""
    disabled: bool = False
    file: Text = ""


class Product(Wire):
    """A row of its own, whether sold alone, as a variant or as the frame of variants."""

    id: WholeId
    sku: str
    name: Text = ""
    status: int = 1
    type_id: str
    price: Number | None = None
    weight: Number | None = None
    created_at: Moment = None
    updated_at: Moment = None
    extension_attributes: Annotated[ProductMore, BeforeValidator(record)] = ProductMore()
    media_gallery_entries: Annotated[list[Picture], BeforeValidator(listed)] = []
    custom_attributes: Annotated[list[Custom], BeforeValidator(listed)] = []

    def custom(self, code: str) -> str:
        """The text of an attribute; empty when there is none. Raises Drift for another shape, so none is read as ""."""
        found = next((each.value for each in self.custom_attributes if each.attribute_code == code), None)
        if not isinstance(found, str | int | float | None) or isinstance(found, bool):
            raise Drift(path=f"$.custom_attributes.{code}", expected="a text", found=shown(found))
        return "" if found is None else str(found)

    @property
    def special_price(self) -> Decimal | None:
        """The price while a special one holds. Raises Drift when it is no number."""
        told = self.custom("special_price")
        try:
            return _PRICE.validate_python(told) if told else None
        except ValidationError:
            raise Drift(path="$.custom_attributes.special_price", expected="a number", found=shown(told)) from None


class Known(Wire):
    """A row asked only for what it is."""

    id: WholeId
    sku: str


class Frame(Wire):
    """A configurable product asked only for its variants."""

    id: WholeId
    extension_attributes: Annotated[ProductMore, BeforeValidator(record)] = ProductMore()


class AttributeOption(Wire):
    label: Text = ""
    value: Text = ""


class Attribute(Wire):
    """An attribute with the words for its values."""

    attribute_id: WholeId
    attribute_code: str
    default_frontend_label: Text = ""
    options: Annotated[list[AttributeOption], BeforeValidator(listed)] = []


class SourceItem(Wire):
    sku: str
    source_code: str
    quantity: Quantity
    status: int = 1


class View(Wire):
    """A store view."""

    id: WholeId
    code: str
    name: Text = ""
    website_id: WholeId
    is_active: bool = True


class Website(Wire):
    id: WholeId
    name: Text = ""


class Source(Wire):
    """Where stock lies."""

    source_code: str
    name: Text = ""
    enabled: bool = True


class TaxRate(Wire):
    """A line of the tax table; ``rate`` in percent."""

    rate: Amount = Decimal(0)
    code: Text = ""
    tax_country_id: Text = ""


class Region(Wire):
    region_code: Text = ""
    region: Text = ""


class Place(Wire):
    """An address of a customer or an order."""

    firstname: Text = ""
    lastname: Text = ""
    company: Text = ""
    street: Annotated[list[Text], BeforeValidator(listed)] = []
    city: Text = ""
    region: Region | Text | None = None
    region_code: Text = ""
    postcode: Text = ""
    country_id: Text = ""
    telephone: Text = ""


class CustomerMore(Wire):
    is_subscribed: bool | None = None


class Customer(Wire):
    id: WholeId
    email: str
    firstname: Text = ""
    lastname: Text = ""
    group_id: int = 1
    website_id: int = 1
    addresses: Annotated[list[Place], BeforeValidator(listed)] = []
    extension_attributes: Annotated[CustomerMore, BeforeValidator(record)] = CustomerMore()
    created_at: Moment = None
    updated_at: Moment = None


class OrderItem(Wire):
    """A line. ``row_total`` is after discount, ``price`` net. Variants come twice: the child names its parent."""

    item_id: WholeId
    sku: Text = ""
    name: Text = ""
    product_id: WholeId | None = None
    product_type: Text = "simple"
    parent_item_id: WholeId | None = None
    ext_order_item_id: Text = ""
    qty_ordered: Quantity
    qty_invoiced: Amount = Decimal(0)
    qty_refunded: Amount = Decimal(0)
    price: Number
    price_incl_tax: Number | None = None
    row_total: Number
    tax_percent: Amount = Decimal(0)
    tax_amount: Amount = Decimal(0)
    discount_amount: Amount = Decimal(0)
    discount_tax_compensation_amount: Amount = Decimal(0)
    row_invoiced: Amount = Decimal(0)
    tax_invoiced: Amount = Decimal(0)
    discount_invoiced: Amount = Decimal(0)
    discount_tax_compensation_invoiced: Amount = Decimal(0)
    amount_refunded: Amount = Decimal(0)
    tax_refunded: Amount = Decimal(0)
    discount_refunded: Amount = Decimal(0)
    discount_tax_compensation_refunded: Amount = Decimal(0)


class Payment(Wire):
    method: Text = ""
    additional_information: Annotated[list[Any], BeforeValidator(listed)] = []


class Comment(Wire):
    entity_id: int = 0
    comment: Text = ""


class Comments(Wire):
    """A credit memo's comments, as a list of the search grammar."""

    items: Annotated[list[Comment], BeforeValidator(listed)] = []


class Tax(Wire):
    title: Text = ""
    percent: Amount = Decimal(0)


class Shipping(Wire):
    address: Place | None = None


class Assignment(Wire):
    shipping: Annotated[Shipping, BeforeValidator(record)] = Shipping()


class OrderMore(Wire):
    shipping_assignments: Annotated[list[Assignment], BeforeValidator(listed)] = []
    applied_taxes: Annotated[list[Tax], BeforeValidator(listed)] = []


class Order(Wire):
    """``total_due`` is what the shop reckons from total and paid; it is never believed from a create's echo."""

    entity_id: WholeId
    increment_id: str
    ext_order_id: Text = ""
    state: Text = ""
    status: Text = ""
    order_currency_code: Currency
    grand_total: Number
    tax_amount: Amount = Decimal(0)
    discount_amount: Amount = Decimal(0)
    discount_description: Text = ""
    coupon_code: Text = ""
    shipping_incl_tax: Amount = Decimal(0)
    shipping_tax_amount: Amount = Decimal(0)
    shipping_discount_amount: Amount = Decimal(0)
    shipping_description: Text = ""
    total_paid: Amount = Decimal(0)
    total_due: Amount = Decimal(0)
    total_refunded: Amount = Decimal(0)
    customer_id: WholeId | None = None
    customer_email: Text = ""
    customer_firstname: Text = ""
    customer_lastname: Text = ""
    customer_note: Text = ""
    billing_address: Place | None = None
    items: Annotated[list[OrderItem], BeforeValidator(listed)] = []
    payment: Annotated[Payment, BeforeValidator(record)] = Payment()
    status_histories: Annotated[list[Comment], BeforeValidator(listed)] = []
    extension_attributes: Annotated[OrderMore, BeforeValidator(record)] = OrderMore()
    created_at: Instant
    updated_at: Moment = None

    @property
    def rows(self) -> list[OrderItem]:
        """The lines people see: without the children of variants' lines."""
        return [each for each in self.items if each.parent_item_id is None]


class OrderNumber(Wire):
    """An order asked only for what it is."""

    entity_id: WholeId
    increment_id: str


class Memo(Wire):
    """A credit memo."""

    entity_id: WholeId
    grand_total: Number


def newest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest of some moments; None without any."""
    return max((each for each in moments if each is not None), default=None)
