"""WooCommerce's answers as they come in, held to what we rely on. Parsed by ``mapping``; extra fields are let be."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from tillbridge.platforms.reading import Currency, listed, record

_Strict = ConfigDict(extra="ignore", frozen=True)
_NUMBER = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,12})?")
_LARGEST, _LARGEST_ID = Decimal(10) ** 14, 2**63
_FINEST = Decimal("0.000001")


def _said(value: Any) -> Any:
    # PHP writes what looks like a number as one now and then
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite():
        return str(value)
    return value


def _text(value: Any) -> Any:
    return "" if value is None else _said(value)


def _number(value: Any) -> Decimal:
    """Amounts come as text, counts as numbers; true is no one, and what no shop can mean is no amount."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        found = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        if found.is_finite() and abs(found) < _LARGEST:
            return found
    raise ValueError("an amount")


def _amount(value: Any) -> Decimal | None:
    # PHP writes "" for none and "-" for minus none
    return None if value is None or value in ("", "-") else _number(value)


def _tax(value: Any) -> Decimal:
    # a line without tax may say ""; one that says nothing may have any
    return Decimal(0) if isinstance(value, str) and value == "" else _number(value)


def _quantity(value: Decimal) -> Decimal:
    """Amounts are divided by it."""
    if value and not _FINEST <= abs(value) <= _LARGEST / 10**5:
        raise ValueError("a quantity somebody can sell")
    return value


def _whole(value: Any) -> int:
    """An id, which some shops write as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST_ID:
        raise ValueError("an id: a whole number")
    return value


def _moment(value: Any) -> Any:
    return None if value is None or value == "" else _written(value)


def _written(value: Any) -> Any:
    # a bare number would be read as seconds
    if not isinstance(value, str | datetime):
        raise ValueError("a moment as text")
    return value


def _sensible(value: datetime | None) -> datetime | None:
    if value is not None and not 1900 <= value.year < 9000:
        raise ValueError("a moment in our time")
    return value


Said = Annotated[str, BeforeValidator(_said)]
Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Tax = Annotated[Decimal, BeforeValidator(_tax)]
Quantity = Annotated[Decimal, BeforeValidator(_number), AfterValidator(_quantity)]
Told = Annotated[Decimal | None, BeforeValidator(lambda value: None if value is None else _number(value))]
Moment = Annotated[datetime | None, BeforeValidator(_moment), AfterValidator(_sensible)]
Made = Annotated[datetime, BeforeValidator(_written), AfterValidator(_sensible)]


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
    name: Said
    variation: bool = False
    options: Annotated[list[Text], BeforeValidator(listed)] = []


class Chosen(Wire):
    """A variation's value of one attribute; an empty ``option`` means any."""

    name: Said
    option: Text = ""


class Meta(Wire):
    key: Text = ""
    value: Any = None


class Sellable(Wire):
    """What simple products and variations share. ``manage_stock`` may be the word "parent"."""

    id: Id
    global_unique_id: Text = ""
    price: Amount
    regular_price: Amount
    on_sale: bool = False
    manage_stock: bool | str
    stock_quantity: Told
    weight: Amount = None
    tax_status: Text = "taxable"
    tax_class: Text = ""
    date_modified_gmt: Moment = None


class Goods(Sellable):
    """Asked for whole: a SKU may be empty but not missing, since missing is not empty."""

    sku: Text


class Product(Goods):
    name: Said
    slug: Text = ""
    description: Text = ""
    status: Said
    type: Said
    brands: Annotated[list[Named], BeforeValidator(listed)] = []
    tags: Annotated[list[Named], BeforeValidator(listed)] = []
    categories: Annotated[list[Named], BeforeValidator(listed)] = []
    images: Annotated[list[Image], BeforeValidator(listed)] = []
    attributes: Annotated[list[Attribute], BeforeValidator(listed)] = []
    variations: Annotated[list[Id], BeforeValidator(listed)] = []
    date_created_gmt: Moment = None


class VariationImage(Wire):
    id: Text = ""
    src: Text = ""
    alt: Text = ""


class Variation(Goods):
    parent_id: Id = 0
    status: Text = "publish"
    image: Annotated[VariationImage | None, BeforeValidator(lambda value: None if value == [] else value)] = None
    attributes: Annotated[list[Chosen], BeforeValidator(listed)] = []


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
    id: Id
    email: Said
    first_name: Text = ""
    last_name: Text = ""
    billing: Annotated[Place, BeforeValidator(record)] = Place()
    shipping: Annotated[Place, BeforeValidator(record)] = Place()
    date_created_gmt: Moment = None
    date_modified_gmt: Moment = None


class LineTax(Wire):
    id: Id
    total: Amount = None
    subtotal: Amount = None


class OrderItem(Wire):
    """A line of goods; all amounts exclude tax."""

    id: Id
    name: Text = ""
    product_id: Id = 0
    variation_id: Id = 0
    quantity: Quantity
    sku: Text
    subtotal: Number
    subtotal_tax: Tax
    total: Number
    total_tax: Tax
    taxes: Annotated[list[LineTax], BeforeValidator(listed)] = []
    meta_data: Annotated[list[Meta], BeforeValidator(listed)] = []


class ExtraLine(Wire):
    """A fee or shipping line."""

    id: Id
    name: Text = ""
    method_title: Text = ""
    total: Number
    total_tax: Tax
    taxes: Annotated[list[LineTax], BeforeValidator(listed)] = []
    meta_data: Annotated[list[Meta], BeforeValidator(listed)] = []


class TaxRow(Wire):
    rate_id: Id
    label: Text = ""
    rate_percent: Told = None


class CouponLine(Wire):
    code: Said
    discount: Amount = None
    discount_tax: Amount = None
    discount_type: Text = ""
    nominal_amount: Amount = None


class RefundRow(Wire):
    id: Id
    total: Amount = None


class Order(Wire):
    id: Id
    number: Said
    status: Said
    currency: Currency
    prices_include_tax: bool
    total: Number
    total_tax: Number
    discount_total: Amount = None
    discount_tax: Amount = None
    customer_id: Id = 0
    created_via: Text = ""
    transaction_id: Text = ""
    payment_method_title: Text = ""
    customer_note: Text = ""
    billing: Annotated[Place, BeforeValidator(record)] = Place()
    shipping: Annotated[Place, BeforeValidator(record)] = Place()
    line_items: list[OrderItem]
    fee_lines: Annotated[list[ExtraLine], BeforeValidator(listed)] = []
    shipping_lines: Annotated[list[ExtraLine], BeforeValidator(listed)] = []
    coupon_lines: Annotated[list[CouponLine], BeforeValidator(listed)] = []
    tax_lines: Annotated[list[TaxRow], BeforeValidator(listed)] = []
    refunds: Annotated[list[RefundRow], BeforeValidator(listed)] = []
    meta_data: Annotated[list[Meta], BeforeValidator(listed)] = []
    date_created_gmt: Made
    date_modified_gmt: Moment = None
    date_paid_gmt: Moment = None


class Refund(Wire):
    id: Id
    amount: Amount
    meta_data: Annotated[list[Meta], BeforeValidator(listed)] = []


class Coupon(Wire):
    id: Id
    code: Said
    amount: Number
    discount_type: Said
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

    pimwick_gift_card_id: Said
    number: Said
    active: Text = "1"
    balance: Number
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

    id: Id
    code: Said
    balance: Number
    remaining: Number
    expire_date: Any = None
    is_active: bool | str = True
