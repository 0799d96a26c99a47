"""The command line whole: options before the verb, and every noun's verbs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tillbridge.cli import conflicts, connections, goods, looking, practice, sales, upkeep, work
from tillbridge.cli.running import Place
from tillbridge.cli.verbs import Verbs

app = typer.Typer(
    name="tillbridge",
    cls=Verbs,
    help="Keeps the till and the shop's online stores in step. Without a verb it opens the console.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(practice.training, name="training")
app.add_typer(connections.app, name="connections")
app.add_typer(looking.tokens, name="tokens")
app.add_typer(sales.app, name="orders")
app.add_typer(work.app, name="queue")
app.add_typer(looking.discounts, name="discounts")
app.add_typer(looking.gift_cards, name="gift-cards")
app.add_typer(looking.stock, name="stock")
app.add_typer(goods.products, name="products")
app.add_typer(goods.customers, name="customers")
app.add_typer(goods.locations, name="locations")
app.add_typer(goods.quarantine, name="quarantine")
app.add_typer(conflicts.app, name="conflicts")
app.add_typer(looking.notifications, name="notifications")
app.add_typer(looking.audit, name="audit")
app.add_typer(upkeep.keys, name="keys")
for verb in (
    practice.demo, work.worker, work.sync, looking.platforms, upkeep.doctor, upkeep.backup, upkeep.restore,
):  # fmt: skip
    app.command()(verb)


def _version(wanted: bool) -> None:
    if wanted:
        from tillbridge import __version__

        typer.echo(f"tillbridge {__version__}")
        raise typer.Exit


@app.callback()
def console(
    ctx: typer.Context,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Where the shop's data lives.", envvar="TILLBRIDGE_DATA_DIR")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Keeps the till and the shop's online stores in step."""
    ctx.obj = Place(data_dir)
    if ctx.invoked_subcommand is None:
        from tillbridge.cli.console import open_console

        raise typer.Exit(open_console(data_dir))
