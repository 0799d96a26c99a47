"""Coupons, their rules and the carts they are tried in, as they come in. Parsed by coupons and cart."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tillbridge.platforms.magento.wire import Amount, Wire
from tillbridge.platforms.reading import Number, Text, listed


class Coupon(Wire):
    coupon_id: int
    rule_id: int
    code: str
    usage_limit: int | None = None
    usage_per_customer: int | None = None
    times_used: int = 0
    is_primary: bool = False
    type: int = 0
    expiration_date: Text = ""


class Condition(Wire):
    """A node of a rule: a combination of others, or one comparison."""

    condition_type: Text = ""
    aggregator_type: Text = "all"
    attribute_name: Text = ""
    operator: Text = ""
    value: Any = None
    conditions: Annotated[list[Condition], BeforeValidator(listed)] = Field(default_factory=list)


class Rule(Wire):
    """A cart price rule; its dates are days of the shop, both included."""

    rule_id: int
    name: Text = ""
    is_active: bool = True
    from_date: Text = ""
    to_date: Text = ""
    website_ids: Annotated[list[int], BeforeValidator(listed)] = Field(default_factory=list)
    customer_group_ids: Annotated[list[int], BeforeValidator(listed)] = Field(default_factory=list)
    uses_per_customer: int | None = None
    uses_per_coupon: int | None = None
    stop_rules_processing: bool = False
    simple_action: Text = ""
    discount_amount: Amount = Decimal(0)
    discount_qty: Number | None = None
    simple_free_shipping: Text = "0"
    condition: Condition | None = None
    action_condition: Condition | None = None


class TotalsItem(Wire):
    item_id: int
    price: Amount = Decimal(0)
    price_incl_tax: Amount = Decimal(0)
    tax_percent: Amount = Decimal(0)
    discount_amount: Amount = Decimal(0)


class CartTotals(Wire):
    """What a cart is worth; ``discount_amount`` is below zero."""

    subtotal: Amount = Decimal(0)
    subtotal_incl_tax: Amount = Decimal(0)
    discount_amount: Amount = Decimal(0)
    coupon_code: Text = ""
    items: Annotated[list[TotalsItem], BeforeValidator(listed)] = Field(default_factory=list)
