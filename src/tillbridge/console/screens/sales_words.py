"""A sale in detail, as text: where it stands, what was sold, how it was paid, what was judged, what went back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from tillbridge.console import formats
from tillbridge.console.screens.sales_rows import origin_words
from tillbridge.console.widgets.facts import Fact, apart, fact_lines, heading
from tillbridge.console.widgets.pill import content, pill
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import OrderStatus
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.errors import ErrorCard
    from tillbridge.domain.orders import AppliedDiscount, Order, OrderLine, Refund
    from tillbridge.services.orders import DeliveryView
    from tillbridge.services.sales import SaleDetail

_INDENT = 2
_LABEL = 10


def sale_words(detail: SaleDetail, titles: Mapping[str, str], times: tuple[str, datetime], width: int) -> Content:
    """All of it. ``titles`` name platforms; ``times``: the shop's zone and now."""
    order = detail.order
    parts = [
        _head(detail, times),
        *_stores(detail, titles, width),
        heading(text("console.sales.goods")),
        *(line for each in order.lines for line in _goods(each, width)),
        *_totals(order, width),
        *_paid(order, width),
        *_discounts(order, width),
        *_back(detail, width),
    ]
    return Content("\n").join(parts)


def _head(detail: SaleDetail, times: tuple[str, datetime]) -> Content:
    order, row = detail.order, detail.entry.row
    facts = [origin_words(row), formats.clock_time(order.sold_at, *times)]
    facts += [order.customer.email] if order.customer else []
    facts.append(order.reference)
    return Content.assemble(
        Content.styled(f"{order.receipt}  {formats.money(order.totals.total)}  ", "bold"),
        content(pill(detail.state)),
        "\n",
        Content.styled("  ".join(facts), "$tone-quiet"),
    )


def _stores(detail: SaleDetail, titles: Mapping[str, str], width: int) -> list[Content]:
    """Each store with its pill; below it what it shows, or why it does not."""
    parts = []
    for name, each in detail.view.connections.items():
        platform = detail.platforms.get(name, "")
        title = Content.styled(f"  {titles.get(platform, platform)}", "$tone-quiet")
        parts.append(Content.assemble(content(pill(each.status)), Content.styled(f"  {name}", "bold"), title))
        parts += _indented(_there(each), width)
        if card := detail.cards.get(name):
            parts += _why(card, each.status, width)
    if not detail.view.connections:
        parts.append(Content.styled(text("console.sales.nobody"), "$tone-quiet"))
    return parts


def _there(each: DeliveryView) -> Content:
    """What the store shows of it, read back; how often it was tried."""
    tries = text("console.sales.tries", number=each.attempts)
    if not each.platform_order_id:
        return Content.styled("  ".join((text("console.sales.not_there"), tries)), "$tone-quiet")
    number = f"{each.number}  " if each.number else ""
    paid = {True: "console.sales.is_paid", False: "console.sales.not_paid", None: "console.sales.paid_unknown"}
    facts = f"{number}{formats.money(each.total)}  {text(paid[each.paid])}  {tries}"
    known = each.platform_order_id in (each.number, each.number.removeprefix("#"))
    return Content(facts) if known else Content.assemble(
        facts, "\n", Content.styled(each.platform_order_id, "$tone-quiet")
    )  # fmt: skip


def _why(card: ErrorCard, status: OrderStatus, width: int) -> list[Content]:
    """The reason in shop words; what to do only where something is to be done."""
    tone = "$tone-quiet" if status in (OrderStatus.SYNCED, OrderStatus.LOCAL) else "$tone-bad"
    parts = [Content.styled(card.title, tone), Content(card.explanation)]
    parts += [] if status in (OrderStatus.SYNCED, OrderStatus.LOCAL) else [Content(card.next_step)]
    return [line for each in parts for line in _indented(each, width)]


def _indented(words: Content, width: int) -> list[Content]:
    return [Content.assemble(" " * _INDENT, line) for line in words.wrap(max(width - _INDENT, _LABEL))]


def _goods(line: OrderLine, width: int) -> list[Content]:
    """Quantity and title with what was paid; what came off below it."""
    quantity = formats.quantity(line.quantity)
    unit = "" if line.unit == "piece" else f" {line.unit}"
    words = f"{quantity}{unit} × {line.title}  {line.sku if line.sku != line.title else ''}".rstrip()
    parts = [apart(words, formats.money(line.gross), width)]
    if line.return_of:
        parts += _indented(
            Content.styled(text("console.sales.return_of", receipt=line.return_of), "$tone-quiet"), width
        )
    if line.discount:
        named = ", ".join(each.code or each.title for each in line.discounts)
        off = text("console.sales.off", named=named).rstrip(" :")
        parts.append(apart(" " * _INDENT + off, formats.money(-line.discount), width, "$tone-quiet"))
    return parts


def _totals(order: Order, width: int) -> list[Content]:
    tax = text("console.sales.tax_in" if order.prices_include_tax else "console.sales.tax_on_top")
    parts = [apart(text("console.sales.total"), formats.money(order.totals.total), width, "bold")]
    parts.append(apart(tax, formats.money(order.totals.tax), width, "$tone-quiet"))
    if order.totals.rounding:
        parts.append(apart(text("console.sales.rounding"), formats.money(order.totals.rounding), width, "$tone-quiet"))
    return parts


def _paid(order: Order, width: int) -> list[Content]:
    if not order.tenders:
        return []
    parts = [heading(text("console.sales.paid_by"))]
    for each in order.tenders:
        words = f"{text(f'till.tender.{each.kind.value}')} {each.masked}".rstrip()
        change = text("console.sales.change", change=formats.money(each.change)) if each.change else ""
        parts.append(apart(f"{words}  {change}".rstrip(), formats.money(each.amount), width))
    return parts


def _discounts(order: Order, width: int) -> list[Content]:
    """Each with its worth, then who judged which rule before the shopper paid."""
    if not order.discounts:
        return []
    parts = [heading(text("console.sales.discounts"))]
    for each in order.discounts:
        title = f"{each.code or each.title}  {_worth(each)}".rstrip()
        parts.append(apart(title, formats.money(-each.amount), width))
        parts += [Content.assemble(" " * _INDENT, line) for line in fact_lines(_judged(each), width - _INDENT, _LABEL)]
    return parts


def _worth(discount: AppliedDiscount) -> str:
    percentage = discount.type is DiscountType.PERCENTAGE
    return text("console.sales.percent", value=formats.quantity(discount.value)) if percentage else ""


def _judged(discount: AppliedDiscount) -> list[Fact]:
    """Facts of the verdict; of a discount given by hand or by another till there was none."""
    by = {
        "by_platform": discount.judged_by_platform,
        "by_us": discount.judged_by_us,
        "by_nobody": discount.unjudged,
    }
    facts = [
        (Content.styled(text(f"console.sales.judged.{who}"), "$tone-quiet"), Content(", ".join(rules)))
        for who, rules in by.items()
        if rules
    ]
    unknown = text("console.sales.judged.not_here" if discount.code else "console.sales.judged.by_hand")
    return facts or [(Content.styled(unknown, "$tone-quiet"), Content(""))]


def _back(detail: SaleDetail, width: int) -> list[Content]:
    """What went back so far, and what may still."""
    if not detail.order.refunds:
        return []
    parts = [heading(text("console.sales.back"))]
    for each in detail.order.refunds:
        parts.append(apart(_refund(each, detail.order), formats.money(-each.amount), width))
    return [*parts, apart(text("console.sales.left"), formats.money(detail.left.amount), width, "bold")]


def _refund(refund: Refund, order: Order) -> str:
    titles = {each.id: each.title for each in order.lines}
    goods = ", ".join(
        f"{formats.quantity(each.quantity)} × {titles.get(each.line_id, each.line_id)}" for each in refund.lines
    )
    how = text(f"till.tender.{refund.paid_by.value}") if refund.paid_by else ""
    return "  ".join(filter(None, (goods or text("console.sales.money_alone"), how, refund.reason)))
