"""BigCommerce's answers as they come in, held to what we rely on. Parsed by ``mapping``; extra fields are let be."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from tillbridge.platforms.reading import Currency, Instant, Number, Quantity, Text, WholeId, listed, record, utc

_Lenient = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


def _amount(value: Any) -> Any:
    return None if value in ("", None) else value


def _moment(value: Any) -> Any:
    """v3 writes ISO 8601, v2 RFC 2822, gift certificates unix seconds as text; empty or "0" is none."""
    if value in ("", "0", 0, None):
        return None
    try:
        if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
            return datetime.fromtimestamp(int(value), UTC)
        return utc(parsedate_to_datetime(value)) if isinstance(value, str) and "," in value else value
    except (ValueError, OverflowError, OSError):
        return value


Amount = Annotated[Number | None, BeforeValidator(_amount)]
Moment = Annotated[Instant | None, BeforeValidator(_moment)]


class Wire(BaseModel):
    """Base of all records of the wire."""

    model_config = _Lenient


class Store(Wire):
    id: str
    name: str
    currency: Currency
    timezone: Annotated[dict[str, Any], BeforeValidator(record)] = {}
    country: Text = ""
    country_code: Text = ""
    weight_units: Text = ""
    is_price_entered_with_tax: bool | None = None
    plan_name: Text = ""
    default_channel_id: WholeId = 1


class Channel(Wire):
    id: WholeId
    name: Text = ""
    type: Text = ""
    status: Text = ""


class Location(Wire):
    id: WholeId
    label: Text = ""
    code: Text = ""
    enabled: bool = True


class InventorySettings(Wire):
    """``refund_order_stock_adjustment`` is also for cancelled orders."""

    update_stock_behavior: str | None = None
    refund_order_stock_adjustment: bool | None = None


class OptionValue(Wire):
    label: Text = ""
    option_display_name: str


class Image(Wire):
    url_zoom: Text = ""
    url_standard: Text = ""
    description: Text = ""
    sort_order: int = 0


class Address(Wire):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    state_or_province: Text = ""
    postal_code: Text = ""
    country_code: Text = ""
    phone: Text = ""


class Priced(Wire):
    """What products and variants share."""

    id: WholeId
    sku: Text
    upc: Text = ""
    price: Amount
    sale_price: Amount = None
    retail_price: Amount = None
    weight: Amount = None
    inventory_level: Quantity | None = None


class Variant(Priced):
    product_id: WholeId
    image_url: Text = ""
    option_values: Annotated[list[OptionValue], BeforeValidator(listed)] = []


class CustomUrl(Wire):
    url: Text = ""


class Product(Priced):
    name: str
    type: Text = ""
    description: Text = ""
    brand_id: WholeId | None = None
    tax_class_id: WholeId = 0
    inventory_tracking: str
    is_visible: bool
    availability: Text = "available"
    search_keywords: Text = ""
    custom_url: Annotated[CustomUrl, BeforeValidator(record)] = CustomUrl()
    variants: list[Variant]
    images: Annotated[list[Image], BeforeValidator(listed)] = []
    date_created: Moment = None
    date_modified: Moment = None


class Brand(Wire):
    id: WholeId
    name: Text = ""


class Tracking(Wire):
    """Who keeps a product's stock, and the product's own number."""

    id: WholeId
    inventory_tracking: str
    inventory_level: Quantity | None = None


class Identity(Wire):
    """What keeps a number: a variant, or a product for all its variants."""

    variant_id: WholeId | None = None
    product_id: WholeId
    sku: Text = ""


class ItemSettings(Wire):
    safety_stock: Number = Decimal(0)


class AtLocation(Wire):
    """``available_to_sell`` is what is on hand less the safety stock."""

    location_id: WholeId
    available_to_sell: Number
    settings: Annotated[ItemSettings, BeforeValidator(record)] = ItemSettings()


class StockItem(Wire):
    identity: Identity
    locations: Annotated[list[AtLocation], BeforeValidator(listed)] = []


class Customer(Wire):
    id: WholeId
    email: str
    first_name: Text = ""
    last_name: Text = ""
    phone: Text = ""
    addresses: Annotated[list[Address], BeforeValidator(listed)] = []
    date_created: Moment = None
    date_modified: Moment = None


class CursorLinks(Wire):
    next: Text = ""


class CursorPaging(Wire):
    end_cursor: Text = ""
    links: Annotated[CursorLinks, BeforeValidator(record)] = CursorLinks()


class ListMeta(Wire):
    cursor_pagination: CursorPaging


class Subscriber(Wire):
    email: Text = ""
    consents: Annotated[list[str], BeforeValidator(listed)] = []


class Billing(Wire):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    street_1: Text = ""
    street_2: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    country_iso2: Text = ""
    phone: Text = ""
    email: Text = ""


class LineDiscount(Wire):
    id: Text = ""
    amount: Amount = None
    name: Text = ""
    code: Text = ""


class OrderProduct(Wire):
    id: WholeId
    product_id: WholeId = 0
    variant_id: WholeId | None = None
    sku: Text
    name: Text = ""
    type: Text = ""
    quantity: Quantity
    price_ex_tax: Number
    price_inc_tax: Number
    total_ex_tax: Number
    total_inc_tax: Number
    applied_discounts: Annotated[list[LineDiscount], BeforeValidator(listed)] = []


class Consignment(Wire):
    line_items: Annotated[list[OrderProduct], BeforeValidator(listed)] = []


class Mailed(Wire):
    gift_certificates: Annotated[list[Consignment], BeforeValidator(listed)] = []


class Consignments(Wire):
    shipping: Annotated[list[Consignment], BeforeValidator(listed)] = []
    pickups: Annotated[list[Consignment], BeforeValidator(listed)] = []
    downloads: Annotated[list[Consignment], BeforeValidator(listed)] = []
    email: Annotated[Mailed, BeforeValidator(record)] = Mailed()

    @property
    def line_items(self) -> list[OrderProduct]:
        """All lines, in the order they were made."""
        parts = (*self.shipping, *self.pickups, *self.downloads, *self.email.gift_certificates)
        every = [row for part in parts for row in part.line_items]
        return sorted(every, key=lambda row: row.id)


class Order(Wire):
    id: WholeId
    status_id: WholeId
    customer_id: WholeId = 0
    payment_status: Text = ""
    payment_method: Text = ""
    default_currency_code: Currency
    total_ex_tax: Number
    total_inc_tax: Number
    subtotal_inc_tax: Amount = None
    discount_amount: Amount = None
    coupon_discount: Amount = None
    shipping_cost_ex_tax: Amount = None
    shipping_cost_inc_tax: Amount = None
    is_tax_inclusive_pricing: bool | None = None
    is_deleted: bool = False
    external_order_id: Text = ""
    staff_notes: Text = ""
    customer_message: Text = ""
    billing_address: Annotated[Billing, BeforeValidator(record)] = Billing()
    consignments: Consignments
    date_created: Annotated[Instant, BeforeValidator(_moment)]
    date_modified: Moment = None

    @property
    def currency(self) -> str:
        """What the shopper paid in; ``currency_code`` is what prices were shown in."""
        return self.default_currency_code


class RefundItem(Wire):
    item_type: Text = ""
    item_id: WholeId = 0
    reason: Text = ""


class Refund(Wire):
    id: WholeId
    total_amount: Number
    reason: Text = ""
    items: Annotated[list[RefundItem], BeforeValidator(listed)] = []


class RefundMethod(Wire):
    provider_id: str
    amount: Number
    offline: bool = False


class RefundQuote(Wire):
    total_refund_amount: Number
    total_refund_tax_amount: Number = Decimal(0)
    refund_methods: list[list[RefundMethod]]
