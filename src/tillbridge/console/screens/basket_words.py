"""A basket, its totals and the way of a sale as rows and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tillbridge.console import formats
from tillbridge.console.widgets.pill import content, pill
from tillbridge.console.widgets.rows import Cell, Row
from tillbridge.domain.money import total
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.basket import PricedBasket
    from tillbridge.domain.money import Money
    from tillbridge.services.orders import SaleView

_LABEL = 14
_WIDTH = 26


def line_rows(priced: PricedBasket) -> list[Row]:
    """One row a line; a discounted one shows what it costs after discounts."""
    return [
        Row(
            each.id,
            (
                Cell(each.title),
                Cell(formats.quantity(each.quantity)),
                Cell(formats.money(each.unit_price), "quiet"),
                Cell(formats.money(each.gross), "good" if each.discount else ""),
            ),
        )
        for each in priced.lines
    ]


def totals_words(priced: PricedBasket) -> Content:
    """From goods to what is still to be paid, amounts right-aligned."""
    totals = priced.totals
    lines = [_amount("subtotal", totals.subtotal)]
    lines += [_amount("discount", -each.amount, each.code or each.title) for each in priced.discounts]
    lines.append(_amount("tax" if priced.prices_include_tax else "tax_on_top", totals.tax))
    lines.append(_amount("total", totals.total, tone="bold"))
    lines += [_amount("total", -each.amount, each.title or each.masked) for each in priced.tenders]
    if totals.rounding:
        lines.append(_amount("rounding", totals.rounding))
    lines.append(_amount("due", priced.due, tone="$accent bold"))
    return Content("\n").join(lines)


def _amount(key: str, amount: Money, label: str = "", tone: str = "") -> Content:
    words = (label or text(f"console.basket.{key}"))[:_LABEL]
    shown = formats.money(amount)
    return Content.styled(f"{words.ljust(_LABEL)}{shown.rjust(_WIDTH - _LABEL)}", tone)


def _change(view: SaleView) -> list[str]:
    """What was handed back, for as long as the shopper may ask."""
    change = total([each.change for each in view.order.tenders], view.order.currency)
    return [text("console.basket.travel_change", change=formats.money(change))] if change else []


def travel_words(view: SaleView | None) -> Content:
    """Where a sale stands on each store, with the platform's own number once it is there."""
    if view is None:
        return Content.styled(text("console.basket.travel_none"), "$tone-quiet")
    lines = [Content.styled("  ".join((view.receipt, formats.money(view.order.totals.total), *_change(view))), "bold")]
    for name, each in view.connections.items():
        short = each.platform_order_id.rsplit("/", 1)[-1]
        number = text("console.basket.travel_order", number=each.number, id=short) if short else ""
        lines.append(Content.assemble(content(pill(each.status)), f"  {name}  ", Content.styled(number, "$tone-quiet")))
    if not view.connections:
        lines.append(Content.styled(text("console.basket.travel_nobody"), "$tone-quiet"))
    return Content("\n").join(lines)
