"""Paid sales as a till makes them, on goods that a connection really lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tests.support.clock import VirtualClock
from tillbridge.domain.basket import BasketLine, Discount, Payment, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.catalog import Listing
from tillbridge.domain.customers import Customer
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.offers import Offer, OfferLine
from tillbridge.domain.orders import LineKind, Order, TenderKind
from tillbridge.domain.references import order_reference
from tillbridge.platforms.contract import ProductService

VAT = TaxRate("VAT", Decimal("0.23"))
ZERO = TaxRate("Zero rate", Decimal(0))
ZERO_RATED = frozenset({"BOOK-1"})


async def listed(products: ProductService, sku: str) -> tuple[Listing, Money, str]:
    """Where a SKU is listed, for how much and under which title."""
    for product in await products.find_by_code(sku):
        for variant in product.variants:
            if variant.sku == sku and variant.price is not None:
                listing = Listing(product.external_id, variant.external_id, variant.inventory_id, sku)
                return listing, variant.price, product.title
    raise AssertionError(f"{sku} is not listed")


async def basket_lines(products: ProductService, wanted: Mapping[str, int]) -> list[BasketLine]:
    """Lines at the shop's own prices, tax included."""
    lines = []
    for number, (sku, quantity) in enumerate(wanted.items(), start=1):
        listing, unit_price, title = await listed(products, sku)
        lines.append(
            BasketLine(
                id=str(number),
                kind=LineKind.PRODUCT,
                title=title,
                quantity=Decimal(quantity),
                unit_price=unit_price,
                sku=sku,
                taxes=(ZERO if sku in ZERO_RATED else VAT,),
                listing=listing,
            )
        )
    return lines


def offer_of(lines: Sequence[BasketLine], *, email: str = "") -> Offer:
    """The basket as a discount service sees it."""
    rows = tuple(
        OfferLine(
            line.listing.external_product_id if line.listing else "",
            line.listing.external_variant_id if line.listing else "",
            line.sku,
            line.quantity,
            line.unit_price * line.quantity,
        )
        for line in lines
    )
    return Offer(lines[0].unit_price.currency, rows, email)


def paid(
    lines: Sequence[BasketLine],
    clock: VirtualClock,
    *,
    receipt: str,
    discounts: Sequence[Discount] = (),
    tenders: Mapping[TenderKind, str] | None = None,
    customer: Customer | None = None,
    note: str = "",
) -> Order:
    """A sale paid by card, or by the tenders given (the rest by card)."""
    currency = lines[0].unit_price.currency
    payments = [Payment(kind, kind.value, Money(Decimal(amount), currency)) for kind, amount in (tenders or {}).items()]
    open_basket = price(lines, currency=currency, prices_include_tax=True, discounts=discounts, payments=payments)
    if open_basket.due:
        payments.append(Payment(TenderKind.CARD, "card", open_basket.due))
    basket = price(lines, currency=currency, prices_include_tax=True, discounts=discounts, payments=payments)
    sold_at = clock.now()
    facts = SaleFacts(
        id=new_id(),
        reference=order_reference(b"a shop secret", "T1", receipt, sold_at, basket.total),
        receipt=receipt,
        sold_at=sold_at,
        business_date=sold_at.date(),
        till="T1",
        location="Main",
        customer=customer,
        note=note,
    )
    return to_order(basket, facts)
