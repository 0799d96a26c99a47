"""Squarespace's answers as they come in, held to what we rely on. Parsed by ``mapping``; extra fields are let be."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool
from pydantic.alias_generators import to_camel

from tillbridge.platforms.reading import Currency, Instant, Number, Quantity, Text, TextId, listed, utc

_Lenient = ConfigDict(
    extra="ignore", frozen=True, coerce_numbers_to_str=True, alias_generator=to_camel, populate_by_name=True
)


def _record(value: Any) -> Any:
    return {} if value is None else value


def _nothing(value: Any) -> Any:
    return None if value == {} else value


Moment = Annotated[Instant, AfterValidator(utc)]


class Wire(BaseModel):
    """Base of all records of the wire."""

    model_config = _Lenient


class Amount(Wire):
    """Money; the value is a text or a number."""

    currency: Currency
    value: Number


class Pagination(Wire):
    has_next_page: StrictBool
    next_page_cursor: str | None = None


class Place(Wire):
    country: Text = ""


class Website(Wire):
    id: TextId
    title: Text = ""
    site_id: Text = ""
    url: Text = ""
    currency: Currency
    language: Text = ""
    time_zone: Text = ""
    location: Annotated[Place, BeforeValidator(_record)] = Place()


class Image(Wire):
    id: TextId
    url: Text = ""
    alt_text: Text = ""
    order_index: int | None = None


class Pricing(Wire):
    base_price: Amount
    on_sale: bool = False
    sale_price: Amount | None = None


class Stock(Wire):
    quantity: Quantity | None = None
    unlimited: bool


class Weight(Wire):
    unit: str
    value: Number


class Measurements(Wire):
    weight: Weight | None = None


class Variant(Wire):
    """``stock`` is missing on gift cards, which are never counted."""

    id: TextId
    sku: Text
    gtin: Text = ""
    attributes: Annotated[dict[str, Any], BeforeValidator(_record)] = {}
    pricing: Pricing
    stock: Stock | None = None
    shipping_measurements: Measurements | None = None
    image: Image | None = None


class Product(Wire):
    id: TextId
    type: str
    name: Text = ""
    description: Text = ""
    url_slug: Text = ""
    tags: Annotated[list[Text], BeforeValidator(listed)] = []
    is_visible: bool
    variant_attributes: Annotated[list[Text], BeforeValidator(listed)] = []
    variants: Annotated[list[Variant], BeforeValidator(listed)] = []
    images: Annotated[list[Image], BeforeValidator(listed)] = []
    created_on: Moment
    modified_on: Moment


class InventoryItem(Wire):
    variant_id: TextId
    is_unlimited: bool
    quantity: Quantity


class Inventory(Wire):
    inventory: Annotated[list[InventoryItem], BeforeValidator(listed)]


class ContactAddress(Wire):
    first_name: Text = ""
    last_name: Text = ""
    line1: Text = ""
    line2: Text = ""
    city: Text = ""
    region: Text = ""
    postal_code: Text = ""
    country_code: Text = ""
    phone_number: Text = ""


class AddressEntry(Wire):
    address: ContactAddress


class Marketing(Wire):
    accepts_marketing: bool
    joined_on: Moment | None = None
    left_on: Moment | None = None


class PrimaryEmail(Wire):
    email: Text
    accepts_marketing: Marketing | None = None


class Contact(Wire):
    id: TextId
    first_name: Text = ""
    last_name: Text = ""
    primary_email: Annotated[PrimaryEmail | None, BeforeValidator(_nothing)] = None
    default_shipping_address: AddressEntry | None = None
    created_on: Moment | None = None


class OrderAddress(Wire):
    first_name: Text = ""
    last_name: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    state: Text = ""
    country_code: Text = ""
    postal_code: Text = ""
    phone: Text = ""


class LineItem(Wire):
    """The kind is an open list; amounts are before discounts and follow the order's tax mode."""

    id: TextId
    line_item_type: Text = ""
    variant_id: Text = ""
    product_id: Text = ""
    sku: Text = ""
    product_name: Text = ""
    quantity: Quantity
    unit_price_paid: Amount


class DiscountLine(Wire):
    name: Text = ""
    promo_code: Text = ""
    amount: Amount


class ShippingLine(Wire):
    method: Text = ""
    amount: Amount


class Order(Wire):
    """``refunded_total`` moves when the merchant refunds; ``grand_total`` stays."""

    id: TextId
    order_number: str
    created_on: Moment
    modified_on: Moment
    channel: Text = ""
    channel_name: Text = ""
    external_order_reference: Text = ""
    testmode: bool = False
    customer_email: Text = ""
    customer_id: Text = ""
    billing_address: OrderAddress | None = None
    shipping_address: OrderAddress | None = None
    fulfillment_status: str
    payment_state: str
    price_tax_interpretation: str
    line_items: Annotated[list[LineItem], BeforeValidator(listed)]
    discount_lines: Annotated[list[DiscountLine], BeforeValidator(listed)] = []
    shipping_lines: Annotated[list[ShippingLine], BeforeValidator(listed)] = []
    discount_total: Amount | None = None
    tax_total: Amount | None = None
    refunded_total: Amount | None = None
    grand_total: Amount


class Trigger(Wire):
    type: str
    promo_code: Text = ""


class Criteria(Wire):
    type: str
    minimum_cart_total: Amount | None = None
    product_id: Text = ""


class Template(Wire):
    type: str
    percentage: Number | None = None
    discount_amount: Amount | None = None


class Discount(Wire):
    """``status`` follows the dates alone."""

    id: TextId
    name: Text = ""
    status: Text = ""
    criteria: Criteria
    template: Template
    trigger: Trigger
    is_limited_uses: bool = False
    max_uses_allowed: int | None = None
    number_of_uses: int = 0
    is_once_per_customer: bool = False


class Discounts(Wire):
    discounts: Annotated[list[Any], BeforeValidator(listed)]
    has_next_page: bool = False
