"""PrestaShop's records as they come in, held to what we rely on. Parsed by the mappings; extra fields are let be.

Every number is a text, ids may be either, and what is empty may be null, false or missing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, TypeAdapter

from tillbridge.platforms import reading
from tillbridge.platforms.reading import Instant, Pieces, Quantity, WholeId

_Strict = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)
_WHOLE: TypeAdapter[int] = TypeAdapter(WholeId)


def _text(value: Any) -> Any:
    """A localised text asked for in all languages comes as a list; the first filled one is taken."""
    if isinstance(value, list):
        return next((str(each.get("value") or "") for each in value if isinstance(each, dict)), "")
    return "" if value is None or value is False else value


def _word(value: Any) -> Any:
    return "" if value is None else value


def _id(value: Any) -> str:
    return str(_WHOLE.validate_python(value))


def _real(value: int) -> int:
    if not value:
        raise ValueError("an id above 0")
    return value


def _number(value: Any) -> Any:
    return "0" if value in ("", None, False) else value


def _moment(value: Any) -> Any:
    return None if value in ("", None) or str(value).startswith("0000") else value


def _list(value: Any) -> Any:
    return [] if value in (None, "", False) else value


def _links(value: Any) -> Any:
    return {} if value in ([], None, "") else value


Text = Annotated[str, BeforeValidator(_text)]
Word = Annotated[str, BeforeValidator(_word)]
"""A text that is no language's."""
Id = Annotated[str, BeforeValidator(_id)]
"""The id of another record or of a row, 0 for none."""
Number = Annotated[reading.Number, BeforeValidator(_number)]
"""A number that is nil where nothing is written; what is vital is ``reading.Number``."""
Count = Annotated[int, BeforeValidator(_number)]
Moment = Annotated[Instant | None, BeforeValidator(_moment)]
ZERO = Decimal(0)


class Wire(BaseModel):
    """Base of all records of the wire."""

    model_config = _Strict


class Link(Wire):
    id: Text = ""


Linked = Annotated[list[Link], BeforeValidator(_list)]


class ProductLinks(Wire):
    images: Linked = []
    tags: Linked = []


class Product(Wire):
    """``gross`` and ``full`` are the shop's own prices with tax, with and without today's reduction."""

    id: WholeId
    name: Text
    link_rewrite: Text = ""
    description: Text = ""
    active: Text
    state: Text = "1"
    manufacturer_name: Text = ""
    product_type: Text = ""
    type: Text = ""
    reference: Word
    ean13: Word = ""
    isbn: Word = ""
    upc: Word = ""
    mpn: Word = ""
    price: reading.Number
    gross: reading.Number | None = None
    full: reading.Number | None = None
    weight: Number = ZERO
    id_tax_rules_group: Text = "0"
    id_default_image: Text = ""
    date_add: Moment = None
    date_upd: Moment = None
    associations: Annotated[ProductLinks, BeforeValidator(_links)] = ProductLinks()


class CombinationLinks(Wire):
    product_option_values: Linked = []
    images: Linked = []


class Combination(Wire):
    """``price`` and ``weight`` come on top of the product's."""

    id: Annotated[WholeId, AfterValidator(_real)]
    id_product: Id
    reference: Word
    ean13: Word = ""
    isbn: Word = ""
    upc: Word = ""
    mpn: Word = ""
    price: reading.Number
    gross: reading.Number | None = None
    full: reading.Number | None = None
    weight: Number = ZERO
    associations: Annotated[CombinationLinks, BeforeValidator(_links)] = CombinationLinks()


class Stock(Wire):
    id: Id
    id_product: Id
    id_product_attribute: Id
    quantity: Pieces
    depends_on_stock: Text = "0"


class Option(Wire):
    id: Text
    name: Text = ""
    public_name: Text = ""
    position: Count = 0


class OptionValue(Wire):
    id: Text
    id_attribute_group: Text
    name: Text = ""
    position: Count = 0


class Customer(Wire):
    id: WholeId
    email: str
    firstname: Text = ""
    lastname: Text = ""
    newsletter: Text = "0"
    id_default_group: Text = "0"
    is_guest: Text = "0"
    deleted: Text = "0"
    date_add: Moment = None
    date_upd: Moment = None


class Address(Wire):
    id: Text
    id_customer: Text = "0"
    id_country: Text = "0"
    id_state: Text = "0"
    alias: Text = ""
    company: Text = ""
    firstname: Text = ""
    lastname: Text = ""
    address1: Text = ""
    address2: Text = ""
    postcode: Text = ""
    city: Text = ""
    phone: Text = ""
    phone_mobile: Text = ""
    deleted: Text = "0"


class OrderRow(Wire):
    id: Id
    product_id: Id
    product_attribute_id: Id
    product_quantity: Quantity
    product_name: Text = ""
    product_reference: Word
    unit_price_tax_incl: reading.Number
    unit_price_tax_excl: reading.Number


class OrderLinks(Wire):
    order_rows: Annotated[list[OrderRow], BeforeValidator(_list)] = []


class Order(Wire):
    id: WholeId
    id_cart: Text = "0"
    id_customer: Text = "0"
    id_address_delivery: Text = "0"
    id_address_invoice: Text = "0"
    id_currency: Id
    current_state: Text
    valid: Text = "0"
    reference: Text = ""
    payment: Text = ""
    note: Text = ""
    total_paid: reading.Number
    total_paid_tax_incl: reading.Number
    total_paid_tax_excl: reading.Number
    total_paid_real: Number = ZERO
    total_discounts_tax_incl: Number = ZERO
    total_shipping_tax_incl: Number = ZERO
    total_shipping_tax_excl: Number = ZERO
    total_wrapping_tax_incl: Number = ZERO
    total_wrapping_tax_excl: Number = ZERO
    date_add: Instant
    date_upd: Moment = None
    associations: Annotated[OrderLinks, BeforeValidator(_links)] = OrderLinks()


class OrderState(Wire):
    id: Text
    name: Text = ""
    paid: Text = "0"
    logable: Text = "0"
    send_email: Text = "0"


class Slip(Wire):
    """A credit slip. Older ones made by other programs may lack the amount."""

    id: WholeId
    id_order: Text
    amount: Number = ZERO
    total_products_tax_incl: Number = ZERO
    shipping_cost_amount: Number = ZERO

    @property
    def whole(self) -> Decimal:
        return (self.amount or self.total_products_tax_incl) + self.shipping_cost_amount


class UsedRule(Wire):
    id: Text
    id_order: Text
    id_cart_rule: Text = "0"
    name: Text = ""
    value: Number = ZERO
    deleted: Text = "0"


class CartRule(Wire):
    id: WholeId
    id_customer: Text = "0"
    date_from: Moment = None
    date_to: Moment = None
    quantity: Count = 0
    quantity_per_user: Count = 0
    code: Text = ""
    minimum_amount: Number = ZERO
    minimum_amount_tax: Text = "0"
    minimum_amount_currency: Text = "0"
    country_restriction: Text = "0"
    carrier_restriction: Text = "0"
    group_restriction: Text = "0"
    cart_rule_restriction: Text = "0"
    product_restriction: Text = "0"
    shop_restriction: Text = "0"
    free_shipping: Text = "0"
    reduction_percent: Number = ZERO
    reduction_amount: Number = ZERO
    reduction_tax: Text = "0"
    reduction_currency: Text = "0"
    reduction_product: Count = 0
    reduction_exclude_special: Text = "0"
    gift_product: Text = "0"
    active: Text = "0"
    name: Text = ""


def utc(value: datetime | None, zone: str) -> datetime | None:
    """A moment of the shop's wall clock; of an hour that comes twice the first, so that nothing is read too late."""
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
