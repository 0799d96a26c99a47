"""Orders, payments and refunds of Wix as they come in, held to what we rely on. Parsed by ``order_mapping``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tillbridge.platforms.reading import Currency, Instant, Number, Quantity, Text
from tillbridge.platforms.wix.wire import Amount, Id, Person, Physical, Place, Rows, Wire


class Original(Wire):
    original: Text = ""


class GoodsOptions(Wire):
    variantId: Text = ""


class CatalogReference(Wire):
    catalogItemId: Text = ""
    appId: Text = ""
    options: GoodsOptions | None = None


class LineTax(Wire):
    taxAmount: Amount | None = None
    taxRate: Number | None = None


class ItemType(Wire):
    preset: Text = ""


class OrderLine(Wire):
    """``totalPriceAfterTax`` is what the line came to; ``price`` is for display, after discounts."""

    id: Id
    productName: Original = Original()
    catalogReference: CatalogReference | None = None
    quantity: Quantity
    price: Amount | None = None
    priceBeforeDiscounts: Amount | None = None
    totalDiscount: Amount | None = None
    totalPriceBeforeTax: Amount | None = None
    totalPriceAfterTax: Amount | None = None
    taxInfo: LineTax = LineTax()
    physicalProperties: Physical = Physical()
    itemType: ItemType = ItemType()
    restockQuantity: Quantity | None = None


class OrderAddress(Wire):
    address: Place = Place()
    contactDetails: Person = Person()


class Buyer(Wire):
    contactId: Text = ""
    email: Text = ""


class ShippingCost(Wire):
    price: Amount | None = None
    totalPriceAfterTax: Amount | None = None
    taxInfo: LineTax = LineTax()


class Shipping(Wire):
    title: Text = ""
    cost: ShippingCost = ShippingCost()


class PriceSummary(Wire):
    total: Amount
    tax: Amount | None = None
    discount: Amount | None = None


class OrderTax(Wire):
    totalTax: Amount | None = None


class CouponApplied(Wire):
    code: Text = ""
    name: Text = ""
    amount: Amount | None = None


class MerchantDiscount(Wire):
    description: Text = ""
    amount: Amount | None = None


class RuleDiscount(Wire):
    amount: Amount | None = None


class AppliedDiscount(Wire):
    coupon: CouponApplied | None = None
    merchantDiscount: MerchantDiscount | None = None
    discountRule: RuleDiscount | None = None


class Channel(Wire):
    type: Text = ""
    externalOrderId: Text = ""


class CustomField(Wire):
    title: Text = ""
    value: Any = None


class Balance(Wire):
    paid: Amount | None = None
    refunded: Amount | None = None


class Order(Wire):
    id: Id
    number: Text = ""
    status: str
    paymentStatus: str
    fulfillmentStatus: Text = ""
    currency: Currency
    taxIncludedInPrices: bool = False
    lineItems: Rows[OrderLine] = ()
    priceSummary: PriceSummary
    taxInfo: OrderTax = OrderTax()
    shippingInfo: Shipping | None = None
    appliedDiscounts: Rows[AppliedDiscount] = ()
    buyerInfo: Buyer = Buyer()
    billingInfo: OrderAddress | None = None
    recipientInfo: OrderAddress | None = None
    buyerNote: Text = ""
    channelInfo: Channel = Channel()
    customFields: Rows[CustomField] = ()
    balanceSummary: Balance = Balance()
    createdDate: Instant
    updatedDate: Instant
    purchasedDate: Instant | None = None


class Rounding(Wire):
    unroundedAmount: Amount | None = None


class Payment(Wire):
    """``status`` is newer than the one inside ``regularPaymentDetails``; either may be there."""

    class Details(Wire):
        status: Text = ""

    id: Id
    amount: Amount
    status: Text = ""
    regularPaymentDetails: Details = Details()
    cashRounding: Rounding = Rounding()

    @property
    def booked(self) -> Decimal:
        """What it counts for against the order's total."""
        exact = self.cashRounding.unroundedAmount
        return exact.amount if exact is not None else self.amount.amount

    @property
    def approved(self) -> bool:
        state = self.status or self.regularPaymentDetails.status
        return state in ("APPROVED", "REFUNDED", "PARTIALLY_REFUNDED")


class RefundPart(Wire):
    paymentId: Id
    amount: Amount
    refundStatus: Text = ""


class RefundDetails(Wire):
    reason: Text = ""


class Refund(Wire):
    id: Id
    transactions: Rows[RefundPart] = ()
    details: RefundDetails = RefundDetails()


class Transactions(Wire):
    payments: Rows[Payment] = ()
    refunds: Rows[Refund] = ()
