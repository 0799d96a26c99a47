"""WooCommerce's answers as they come in, held to what we rely on. Parsed by ``mapping``; extra fields are let be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

_Strict = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


def _text(value: Any) -> Any:
    return "" if value is None else value


def _amount(value: Any) -> Any:
    # PHP writes "" for none and "-" for minus none
    return None if value in ("", "-", None) else value


def _moment(value: Any) -> Any:
    return None if value in ("", None) else value


def _record(value: Any) -> Any:
    # an empty PHP array is written as a list, whatever it was to hold
    return {} if value == [] or value is None else value


def _list(value: Any) -> Any:
    return [] if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class Wire(BaseModel):
    """Base of all records of the wire."""

    model_config = _Strict


class Named(Wire):
    name: Text = ""


class Image(Wire):
    src: Text = ""
    alt: Text = ""
    name: Text = ""


class Attribute(Wire):
    name: str
    variation: bool = False
    options: Annotated[list[Text], BeforeValidator(_list)] = []


class Chosen(Wire):
    """A variation's value of one attribute; an empty ``option`` means any."""

    name: str
    option: Text = ""


class Meta(Wire):
    key: Text = ""
    value: Any = None


class Sellable(Wire):
    """What simple products and variations share. ``manage_stock`` may be the word "parent"."""

    id: int
    sku: Text = ""
    global_unique_id: Text = ""
    price: Amount
    regular_price: Amount
    on_sale: bool = False
    manage_stock: bool | str
    stock_quantity: Decimal | None
    weight: Amount = None
    tax_status: Text = "taxable"
    tax_class: Text = ""
    date_modified_gmt: Moment = None


class Product(Sellable):
    name: str
    slug: Text = ""
    description: Text = ""
    status: str
    type: str
    brands: Annotated[list[Named], BeforeValidator(_list)] = []
    tags: Annotated[list[Named], BeforeValidator(_list)] = []
    categories: Annotated[list[Named], BeforeValidator(_list)] = []
    images: Annotated[list[Image], BeforeValidator(_list)] = []
    attributes: Annotated[list[Attribute], BeforeValidator(_list)] = []
    variations: Annotated[list[int], BeforeValidator(_list)] = []
    date_created_gmt: Moment = None


class VariationImage(Wire):
    id: Text = ""
    src: Text = ""
    alt: Text = ""


class Variation(Sellable):
    parent_id: int = 0
    status: Text = "publish"
    image: Annotated[VariationImage | None, BeforeValidator(lambda value: None if value == [] else value)] = None
    attributes: Annotated[list[Chosen], BeforeValidator(_list)] = []


class Place(Wire):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address_1: Text = ""
    address_2: Text = ""
    city: Text = ""
    state: Text = ""
    postcode: Text = ""
    country: Text = ""
    email: Text = ""
    phone: Text = ""


class Customer(Wire):
    id: int
    email: str
    first_name: Text = ""
    last_name: Text = ""
    billing: Annotated[Place, BeforeValidator(_record)] = Place()
    shipping: Annotated[Place, BeforeValidator(_record)] = Place()
    date_created_gmt: Moment = None
    date_modified_gmt: Moment = None


class LineTax(Wire):
    id: int
    total: Amount = None
    subtotal: Amount = None


class OrderItem(Wire):
    """A line of goods; all amounts exclude tax."""

    id: int
    name: Text = ""
    product_id: int = 0
    variation_id: int = 0
    quantity: Decimal
    sku: Text = ""
    subtotal: Decimal
    subtotal_tax: Amount = None
    total: Decimal
    total_tax: Amount = None
    taxes: Annotated[list[LineTax], BeforeValidator(_list)] = []
    meta_data: Annotated[list[Meta], BeforeValidator(_list)] = []


class ExtraLine(Wire):
    """A fee or shipping line."""

    id: int
    name: Text = ""
    method_title: Text = ""
    total: Decimal
    total_tax: Amount = None
    taxes: Annotated[list[LineTax], BeforeValidator(_list)] = []
    meta_data: Annotated[list[Meta], BeforeValidator(_list)] = []


class TaxRow(Wire):
    rate_id: int
    label: Text = ""
    rate_percent: Decimal | None = None


class CouponLine(Wire):
    code: str
    discount: Amount = None
    discount_tax: Amount = None
    discount_type: Text = ""
    nominal_amount: Amount = None


class RefundRow(Wire):
    id: int
    total: Amount = None


class Order(Wire):
    id: int
    number: str
    status: str
    currency: str
    prices_include_tax: bool
    total: Decimal
    total_tax: Decimal
    discount_total: Amount = None
    discount_tax: Amount = None
    customer_id: int = 0
    created_via: Text = ""
    transaction_id: Text = ""
    payment_method_title: Text = ""
    customer_note: Text = ""
    billing: Annotated[Place, BeforeValidator(_record)] = Place()
    shipping: Annotated[Place, BeforeValidator(_record)] = Place()
    line_items: list[OrderItem]
    fee_lines: Annotated[list[ExtraLine], BeforeValidator(_list)] = []
    shipping_lines: Annotated[list[ExtraLine], BeforeValidator(_list)] = []
    coupon_lines: Annotated[list[CouponLine], BeforeValidator(_list)] = []
    tax_lines: Annotated[list[TaxRow], BeforeValidator(_list)] = []
    refunds: Annotated[list[RefundRow], BeforeValidator(_list)] = []
    meta_data: Annotated[list[Meta], BeforeValidator(_list)] = []
    date_created_gmt: datetime
    date_modified_gmt: Moment = None
    date_paid_gmt: Moment = None


class Refund(Wire):
    id: int
    amount: Amount
    meta_data: Annotated[list[Meta], BeforeValidator(_list)] = []


class Coupon(Wire):
    id: int
    code: str
    amount: Decimal
    discount_type: str
    status: Text = "publish"
    date_expires_gmt: Moment = None
    usage_count: int = 0
    usage_limit: int | None = None
    usage_limit_per_user: int | None = None
    limit_usage_to_x_items: int | None = None
    individual_use: bool = False
    free_shipping: bool = False
    product_ids: list[int] = []
    excluded_product_ids: list[int] = []
    product_categories: list[int] = []
    excluded_product_categories: list[int] = []
    exclude_sale_items: bool = False
    minimum_amount: Amount = None
    maximum_amount: Amount = None
    email_restrictions: list[str] = []
    used_by: list[str] = []


class PwCard(Wire):
    """A card of PW Gift Cards; all values are texts of its table."""

    pimwick_gift_card_id: str
    number: str
    active: Text = "1"
    balance: Decimal
    expiration_date: Text = ""


class PwActivity(Wire):
    """One booking on such a card."""

    action: Text = ""
    amount: Amount = None
    note: Text = ""
    activity_date: Text = ""
    pimwick_gift_card_activity_id: Text = ""


class OfficialCard(Wire):
    """A card of the Gift Cards extension."""

    id: int
    code: str
    balance: Decimal
    remaining: Decimal
    expire_date: Any = None
    is_active: bool | str = True


def utc(value: datetime | None) -> datetime | None:
    """A moment of a ``_gmt`` field, which carries no offset."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
