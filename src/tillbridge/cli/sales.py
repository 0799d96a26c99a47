"""Verbs on sales: add, schema, list, find, show, cancel, refund."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillbridge.cli.output import plain, say, say_json, table
from tillbridge.cli.reading import number
from tillbridge.cli.running import actor, run
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money
from tillbridge.domain.orders import RefundLine, TenderKind
from tillbridge.domain.sales import SaleFilter, SaleShow
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.house import Services
    from tillbridge.services.orders import SaleView

app = typer.Typer(help="Sales of the till and where they stand.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Sale = Annotated[str, typer.Argument(help="Reference, receipt number or id.")]
Reason = Annotated[str, typer.Option(help="Why, for the audit and the store.")]


@app.command()
def add(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help="A file with one JSON sale per line, or - for standard input.")],
    as_json: Json = False,
) -> None:
    """Take in paid sales. The same receipt again is known, a bad line stops no other."""

    async def work(services: Services) -> Any:
        lines = sys.stdin if source == "-" else _lines(Path(source))
        return await services.orders.add(lines, Actor(ActorKind.TILL, "intake"))

    report = run(ctx, work, as_json=as_json)
    if as_json:
        say_json(report)
    else:
        say(text("cli.added", added=report.added, known=report.known, refused=len(report.refused)))
        for each in report.refused:
            say(text("cli.refused_line", line=each.line, field=each.field, reason=each.reason))
    if report.refused:
        raise typer.Exit(1)


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        raise InvalidInput(field="file", reason=text("cli.no_file", path=path))
    return path.read_text(encoding="utf-8").splitlines()


@app.command()
def schema(as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as it always does.")] = True) -> None:
    """The JSON Schema of one line of `orders add`."""
    from tillbridge.services import intake

    say_json(intake.schema())


@app.command("list")
def list_all(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=1000)] = 20,
    as_json: Json = False,
) -> None:
    """The newest sales."""
    found = run(ctx, lambda services: services.orders.window(limit=limit), as_json=as_json)
    if as_json:
        say_json([described(each) for each in found])
        return
    rows = [
        (
            each.receipt,
            each.order.till,
            each.order.sold_at.strftime("%Y-%m-%d %H:%M"),
            each.order.totals.total,
            each.status.value,
        )
        for each in found
    ]
    table(("receipt", "till", "sold", "total", "status"), rows)


@app.command()
def find(
    ctx: typer.Context,
    words: Annotated[str, typer.Argument(help="Beginning of a receipt or reference, or a store's order number.")] = "",
    show: Annotated[SaleShow, typer.Option(help="Only those.")] = SaleShow.ALL,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=1000)] = 20,
    as_json: Json = False,
) -> None:
    """Sales and online orders by what a person knows of them, with the one state to know first."""
    wanted = SaleFilter(show, words)
    found = run(ctx, lambda services: services.sales.window(wanted, None, limit=limit), as_json=as_json)
    if as_json:
        say_json([{**plain(each.row), "state": each.state.value} for each in found])
        return
    rows = [
        (
            each.row.receipt,
            each.row.connection or each.row.till,
            each.row.sold_at.strftime("%Y-%m-%d %H:%M"),
            each.row.total,
            each.state.value,
        )
        for each in found
    ]
    table(("receipt", "from", "sold", "total", "state"), rows)


@app.command()
def show(ctx: typer.Context, sale: Sale, as_json: Json = False) -> None:
    """One sale and where it stands on each connection."""
    view = run(ctx, lambda services: services.orders.show(sale), as_json=as_json)
    if as_json:
        say_json(described(view))
        return
    say(f"{view.receipt} · {view.order.till} · {view.order.totals.total} · {view.status.value}")
    say(view.reference)
    for name, each in view.connections.items():
        number = f" {each.number or each.platform_order_id}" if each.platform_order_id else ""
        say(f"  {name}: {each.status.value}{number}")
        if each.reason:
            say(f"    {text(f'{each.reason}.title', **each.reason_params)}")


@app.command()
def cancel(ctx: typer.Context, sale: Sale, reason: Reason = "", as_json: Json = False) -> None:
    """Cancel a sale wherever it is recorded."""
    _done(run(ctx, lambda services: services.orders.cancel(sale, actor(), reason), as_json=as_json), as_json)


@app.command()
def refund(
    ctx: typer.Context,
    sale: Sale,
    line: Annotated[list[str] | None, typer.Option(help="LINE or LINE=QUANTITY; may be given again.")] = None,
    amount: Annotated[str, typer.Option(help="Give back this much money.")] = "",
    keep_stock: Annotated[bool, typer.Option("--keep-stock", help="The goods do not go back to the shelf.")] = False,
    paid_by: Annotated[
        TenderKind | None, typer.Option(help="How the shopper got the money at the till; kept with the sale.")
    ] = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Give back lines, money, or (without both) all of a sale."""

    async def work(services: Services) -> SaleView:
        order = await services.orders.find(sale)
        sold = {each.id: each.quantity for each in order.lines}
        lines = tuple(_refund_line(each, sold, restock=not keep_stock) for each in line or ())
        money = Money(number("amount", amount), order.currency) if amount else None
        return await services.orders.refund(sale, actor(), reason, lines=lines, amount=money, paid_by=paid_by)

    _done(run(ctx, work, as_json=as_json), as_json)


def _refund_line(given: str, sold: dict[str, Decimal], *, restock: bool) -> RefundLine:
    name, _, quantity = given.partition("=")
    if name not in sold:
        raise InvalidInput(field="line", reason=text("cli.no_line", line=name, known=", ".join(sold)))
    return RefundLine(name, number("line", quantity) if quantity else sold[name], restock)


def _done(view: SaleView, as_json: bool) -> None:
    if as_json:
        say_json(described(view))
    else:
        say(f"{view.receipt}: {view.status.value}")


def described(view: SaleView) -> dict[str, Any]:
    """A sale as JSON: reference, receipt, status, and each connection's status, id, totals and attempts."""
    return {
        "reference": view.reference, "receipt": view.receipt, "status": view.status.value, "till": view.order.till,
        "sold_at": plain(view.order.sold_at), "origin": view.order.origin.value,
        "total": str(view.order.totals.total.amount), "currency": view.order.currency,
        "connections": {
            name: {
                "status": each.status.value, "platform_order_id": each.platform_order_id, "number": each.number,
                "totals": {
                    "total": str(each.total.amount) if each.total else None,
                    "tax": str(each.tax.amount) if each.tax else None,
                    "currency": each.total.currency if each.total else view.order.currency,
                },
                "paid": each.paid, "attempts": each.attempts, "reason": each.reason,
            }
            for name, each in view.connections.items()
        },
    }  # fmt: skip
