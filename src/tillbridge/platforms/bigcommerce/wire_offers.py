"""Codes, carts and gift certificates as they come in. Parsed by discounts, their cart and gift cards."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tillbridge.platforms.bigcommerce.wire import Amount, Moment, Wire
from tillbridge.platforms.reading import Number, Text, WholeId, listed, record


class Grouping(Wire):
    """What a product belongs to, as far as promotions ask for it."""

    id: WholeId
    categories: Annotated[list[int], BeforeValidator(listed)] = Field(default_factory=list)
    brand_id: WholeId | None = None


class AppliesTo(Wire):
    entity: Text = ""
    ids: Annotated[list[int], BeforeValidator(listed)] = Field(default_factory=list)


class Coupon(Wire):
    id: WholeId
    name: Text = ""
    type: str
    amount: Number
    min_purchase: Amount = None
    expires: Moment = None
    enabled: bool = True
    code: str
    applies_to: Annotated[AppliesTo, BeforeValidator(record)] = AppliesTo()
    num_uses: int = 0
    max_uses: int = 0
    max_uses_per_customer: int = 0
    restricted_to: Annotated[dict[str, Any], BeforeValidator(record)] = Field(default_factory=dict)


class Promotion(Wire):
    id: WholeId
    name: Text = ""
    status: str
    redemption_type: Text = ""
    start_date: Moment = None
    end_date: Moment = None
    schedule: Any = None
    current_uses: int = 0
    max_uses: int | None = None
    customer: Annotated[dict[str, Any], BeforeValidator(record)] = Field(default_factory=dict)
    channels: Annotated[list[dict[str, Any]], BeforeValidator(listed)] = Field(default_factory=list)
    currency_code: Text = "*"
    can_be_used_with_other_promotions: bool = True
    rules: list[dict[str, Any]]


class CartCode(Wire):
    code: Text = ""
    discounted_amount: Number


class Cart(Wire):
    id: str
    coupons: Annotated[list[CartCode], BeforeValidator(listed)] = Field(default_factory=list)


class Checkout(Wire):
    cart: Cart


class CodeUse(Wire):
    id: WholeId
    code: str
    current_uses: int = 0
    max_uses: int | None = None
    max_uses_per_customer: int | None = None


class GiftCertificate(Wire):
    id: WholeId
    code: str
    status: Text = ""
    amount: Number
    balance: Number
    currency_code: Text = ""
    expiry_date: Moment = None
    to_name: Text = ""
    to_email: Text = ""
    from_name: Text = ""
    from_email: Text = ""
    message: Text = ""
