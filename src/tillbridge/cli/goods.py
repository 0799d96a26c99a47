"""Verbs on what stores tell: products without a link, customers, records in quarantine, and the map of locations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillbridge.cli.output import plain, say, say_done, say_json, table
from tillbridge.cli.running import actor, run
from tillbridge.domain.errors import NotFound
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.house import Services

products = typer.Typer(help="Products of the stores.", no_args_is_help=True)
customers = typer.Typer(help="Customers the stores know.", no_args_is_help=True)
quarantine = typer.Typer(help="Records of the stores that do not fit.", no_args_is_help=True)
locations = typer.Typer(help="Our locations and the stores' places they stand for.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Store = Annotated[str, typer.Argument(help="The connection's name.")]
AnyStore = Annotated[str, typer.Option("--connection", help="Only of this connection.")]


@products.command("find")
def find_products(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(help="Words of a title, an SKU or a barcode.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30,
    as_json: Json = False,
) -> None:
    """Goods by SKU, with their price and the number each store told last."""
    wanted = " ".join(words or ())
    found = run(ctx, lambda services: services.goods.window(wanted, None, limit=limit), as_json=as_json)
    if as_json:
        say_json(
            [{**plain(row), "listed": {each.connection: plain(each.quantity) for each in row.listed}} for row in found]
        )
        return
    rows = [
        (
            row.sku,
            row.title,
            row.price or "–",
            ", ".join(f"{each.connection} {plain(each.quantity) or '–'}" for each in row.listed),
        )
        for row in found
    ]
    table(("SKU", "title", "price", "stores"), rows)


@products.command("unlinked")
def unlinked(ctx: typer.Context, store: Store, as_json: Json = False) -> None:
    """What a store lists that is linked to nothing of ours: without SKU, or with one used twice. Nothing is guessed."""
    found = run(ctx, lambda services: services.catalog.unlinked(store), as_json=as_json)
    if as_json:
        say_json([{**plain(listing), "reason": reason} for listing, reason in found])
        return
    rows = [
        (each.external_product_id, each.external_variant_id, each.sku or "–", text(f"cli.unlinked.{reason}"))
        for each, reason in found
    ]
    table(("product", "variant", "SKU", "why"), rows)


@customers.command("list")
def list_customers(
    ctx: typer.Context,
    like: Annotated[str, typer.Option(help="Only those whose e-mail begins so.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30,
    as_json: Json = False,
) -> None:
    """Customers, by e-mail."""
    found = run(ctx, lambda services: services.customers.search(like, limit), as_json=as_json)
    if as_json:
        say_json(found)
    else:
        table(("e-mail", "name"), [(each.email, f"{each.first_name} {each.last_name}".strip()) for each in found])


@customers.command("find")
def find_customer(
    ctx: typer.Context, email: Annotated[str, typer.Argument(help="The whole e-mail.")], as_json: Json = False
) -> None:
    """One customer, by exact e-mail."""

    async def work(services: Services) -> Any:
        found = await services.customers.find(email)
        if found is None:
            raise NotFound(what="customer", name=email)
        return found

    found = run(ctx, work, as_json=as_json)
    if as_json:
        say_json(found)
    else:
        say(f"{found.email} · {found.first_name} {found.last_name}".rstrip(" ·"))


@quarantine.command("list")
def list_quarantine(ctx: typer.Context, connection: AnyStore = "", as_json: Json = False) -> None:
    """Records that do not fit, grouped by where they do not."""
    found = run(ctx, lambda services: services.quarantine.list(connection), as_json=as_json)
    if as_json:
        say_json(found)
        return
    for group in found:
        say(f"{group.connection} · {group.kind.value} · {group.path} · {len(group.records)}×")
        for each in group.records:
            say(f"  {each.external_id or '–'}: {text('cli.misfit', expected=each.expected, found=each.found)}")


@quarantine.command("replay")
def replay(ctx: typer.Context, connection: AnyStore = "", as_json: Json = False) -> None:
    """Have the stores' records read anew after a fix; those that fit come in and leave quarantine."""
    count = run(ctx, lambda services: services.quarantine.replay(actor(), connection), as_json=as_json)
    say_done("replayed", text("cli.replayed", count=count), as_json=as_json, records=count)


@locations.command("list")
def list_locations(ctx: typer.Context, as_json: Json = False) -> None:
    """Our locations, and the place of each store a location is mapped to."""
    found = run(ctx, lambda services: services.locations.list(), as_json=as_json)
    if as_json:
        say_json(found)
        return
    for each in found:
        say(each.name)
        for store, place in each.places.items():
            say(f"  {store}: {place}")


@locations.command("add")
def add_location(
    ctx: typer.Context, name: Annotated[str, typer.Argument(help="What we call it.")], as_json: Json = False
) -> None:
    """A location of ours, before a till stands there."""
    run(ctx, lambda services: services.locations.add(name, actor()), as_json=as_json)
    say_done("added", as_json=as_json, name=name)


@locations.command("map")
def map_location(
    ctx: typer.Context,
    store: Store,
    location: Annotated[str, typer.Argument(help="A location of ours.")],
    place: Annotated[str, typer.Argument(help="The id of the store's place; a wrong one lists them.")],
    as_json: Json = False,
) -> None:
    """Let stock of a location go to a place of a store."""
    run(ctx, lambda services: services.locations.map(store, location, place, actor()), as_json=as_json)
    say_done("mapped", as_json=as_json, connection=store, location=location, place=place)
