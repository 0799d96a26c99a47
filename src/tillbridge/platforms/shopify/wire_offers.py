"""Shopify's discount codes and gift cards as pydantic models, strict like ``wire``."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from tillbridge.platforms.shopify.wire import (
    AnyId,
    MediaRef,
    Moment,
    MoneyV2,
    Number,
    PagedNodes,
    Text,
    Wire,
    decimal,
    gid,
)


class GiftCard(Wire):
    id: Annotated[str, gid("GiftCard")]
    lastCharacters: Text
    enabled: StrictBool
    expiresOn: date | None
    deactivatedAt: datetime | None
    balance: MoneyV2


class CardTransaction(Wire):
    typename: Annotated[str, Field(alias="__typename")] = ""
    id: AnyId
    note: Text | None
    processedAt: Moment
    amount: MoneyV2


class CardRef(Wire):
    balance: MoneyV2


class BookedTransaction(CardTransaction):
    giftCard: CardRef


class Combines(Wire):
    orderDiscounts: StrictBool = False
    productDiscounts: StrictBool = False
    shippingDiscounts: StrictBool = False


class Context(Wire):
    typename: Annotated[str, Field(alias="__typename")]
    customers: tuple[MediaRef, ...] = ()


class Minimum(Wire):
    """Either of the two, by kind. The quantity comes as text."""

    greaterThanOrEqualToSubtotal: MoneyV2 | None = None
    greaterThanOrEqualToQuantity: Number | None = None


class Worth(Wire):
    """``percentage`` is a fraction here: 0.1 is 10 %."""

    percentage: Annotated[Decimal, BeforeValidator(decimal), Field(ge=0, le=1)] | None = None
    amount: MoneyV2 | None = None
    appliesOnEachItem: StrictBool = False


class Covered(Wire):
    typename: Annotated[str, Field(alias="__typename")]
    products: PagedNodes[MediaRef] | None = None
    productVariants: PagedNodes[MediaRef] | None = None
    collections: PagedNodes[MediaRef] | None = None


class Gets(Wire):
    value: Worth
    items: Covered


class CodeDiscount(Wire):
    """Only percentage, fixed and free shipping codes carry more than kind, title and status."""

    typename: Annotated[str, Field(alias="__typename")]
    title: Text = ""
    status: Text
    usageLimit: StrictInt | None = None
    asyncUsageCount: StrictInt = 0
    appliesOncePerCustomer: StrictBool = False
    combinesWith: Combines | None = None
    context: Context | None = None
    minimumRequirement: Minimum | None = None
    customerGets: Gets | None = None


class CodeNode(Wire):
    id: AnyId
    codeDiscount: CodeDiscount
