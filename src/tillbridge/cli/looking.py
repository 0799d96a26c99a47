"""Verbs that look: platforms, tokens, codes, gift cards, stock, notifications, audit."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillbridge.cli.output import plain, say, say_done, say_json, table
from tillbridge.cli.reading import number, record_id
from tillbridge.cli.running import actor, run
from tillbridge.domain.clock import SystemClock
from tillbridge.domain.money import Money
from tillbridge.domain.tokens import Secret
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.house import Services
    from tillbridge.services.stock import StoryLine

tokens = typer.Typer(help="Tokens, without their values.", no_args_is_help=True)
discounts = typer.Typer(help="Discount codes.", no_args_is_help=True)
gift_cards = typer.Typer(help="Gift cards.", no_args_is_help=True)
stock = typer.Typer(help="Stock.", no_args_is_help=True)
notifications = typer.Typer(help="What operators are told.", no_args_is_help=True)
audit = typer.Typer(help="Who did what.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Store = Annotated[str, typer.Argument(help="The connection's name.")]


def platforms(
    as_json: Json = False,
    side_by_side: Annotated[bool, typer.Option("--table", help="One Markdown table of all.")] = False,
) -> None:
    """The platforms and what each can do: the passport."""
    from tillbridge.platforms.registry import PlatformServiceRegistry
    from tillbridge.services.passports import comparison, passport_facts, proof_words, proofs, version_words

    specs = PlatformServiceRegistry().specs()
    if as_json:
        say_json([{**plain(each), "proofs": proofs(each)} for each in specs])
        return
    if side_by_side:
        head, *rows = comparison(specs)
        for row in (head, ("---",) * len(head), *rows):
            say(f"| {' | '.join(row)} |")
        return
    today = SystemClock().now().date()
    for each in specs:
        say(f"{each.title} ({each.slug}) · {version_words(each, today)}")
        for one in each.capabilities:
            mark = "●" if one.present else "○"
            told = [words for words in (one.reason, proof_words(each, one)) if words]
            say(f"  {mark} {one.noun.value} {one.verb}{' – ' if told else ''}{' · '.join(told)}")
        for fact in passport_facts(each):
            for words in fact.words:
                say(f"  {fact.label}: {words}")


@tokens.command("list")
def list_tokens(ctx: typer.Context, as_json: Json = False) -> None:
    """All tokens with type and end."""
    found = run(ctx, lambda services: services.tokens.facts(), as_json=as_json)
    if as_json:
        say_json(found)
        return
    rows = [
        (each.connection, each.type.value, plain(each.expires_at) or text("cli.no_end"), plain(each.renewed_at) or "–")
        for each in found
    ]
    table(("connection", "type", "ends", "renewed"), rows)


@tokens.command("refresh")
def refresh_token(ctx: typer.Context, store: Store, as_json: Json = False) -> None:
    """Renew a store's access token now."""
    facts = run(ctx, lambda services: services.tokens.refresh_now(store, actor()), as_json=as_json)
    if as_json:
        say_json(facts)
    else:
        say(text("cli.renewed", name=store, until=plain(facts.expires_at)))


@discounts.command("check")
def check_code(
    ctx: typer.Context,
    store: Store,
    code: Annotated[str, typer.Argument(help="The code as the shopper says it.")],
    line: Annotated[
        list[str] | None, typer.Option(help="SKU or SKU=QUANTITY of the basket; may be given again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What a code is worth for a basket, judged by the store."""

    async def work(services: Services) -> Any:
        wanted = [
            (sku, number("line", quantity or "1")) for sku, _, quantity in (each.partition("=") for each in line or ())
        ]
        return await services.offers.check_discount(store, code, wanted)

    verdict = run(ctx, work, as_json=as_json)
    if as_json:
        say_json(verdict)
    else:
        say(text("cli.code_good", code=code, amount=verdict.amount) if verdict.valid else verdict.reason)
    if not verdict.valid:
        raise typer.Exit(1)


@gift_cards.command("balance")
def balance(ctx: typer.Context, store: Store, as_json: Json = False) -> None:
    """What a card holds. Its code is asked for, or read from standard input."""
    found = run(ctx, lambda services: services.offers.balance(store, _card_code()), as_json=as_json)
    if as_json:
        say_json(found)
    else:
        say(f"{found.masked}: {found.balance}{'' if found.usable else ' – ' + found.reason}")


@gift_cards.command("redeem")
def redeem(
    ctx: typer.Context,
    store: Store,
    amount: Annotated[str, typer.Argument(help="How much to take.")],
    reference: Annotated[str, typer.Option(help="Your reference; the same one takes once.")],
    as_json: Json = False,
) -> None:
    """Take money from a card, once per reference."""

    async def work(services: Services) -> Any:
        currency = (await services.connections.get(store)).connection.currency
        money = Money(number("amount", amount), currency)
        taken = await services.offers.redeem(store, _card_code(), money, reference, actor())
        await services.offers.confirm(reference)
        return taken

    taken = run(ctx, work, as_json=as_json)
    if as_json:
        say_json(taken)
    else:
        say(text("cli.redeemed", amount=taken.amount, left=taken.balance_after))


def _card_code() -> Secret:
    if sys.stdin.isatty():
        return Secret(typer.prompt(text("cli.card_code"), hide_input=True))
    return Secret(sys.stdin.readline().strip())


@stock.command("why")
def why(ctx: typer.Context, sku: str, as_json: Json = False) -> None:
    """Every number that made a quantity what it is."""
    story = run(ctx, lambda services: services.stock.why(sku), as_json=as_json)
    if as_json:
        say_json(story)
        return
    for location, quantity in story.levels.items():
        say(f"{location}: {quantity.normalize():f}")
    rows = [
        (plain(each.at), each.cause.value if each.cause else each.kind.value, each.place, _shown(each), each.subject)
        for each in story.lines
    ]
    table(("at", "what", "where", "quantity", "of"), rows)


def _shown(line: StoryLine) -> str:
    """A change with its sign, a number as it is, a dash where stock is not kept."""
    if line.quantity is None:
        return "–"
    return f"{line.quantity.normalize():{'+' if line.cause else ''}f}"


@notifications.command("list")
def list_notifications(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Read ones too.")] = False,
    as_json: Json = False,
) -> None:
    """What waits to be read."""

    async def work(services: Services) -> Any:
        return await (services.notifications.list() if everything else services.notifications.unread())

    found = run(ctx, work, as_json=as_json)
    if as_json:
        say_json([{**plain(each), "text": text(each.message_id, **each.params)} for each in found])
        return
    for each in found:
        say(f"{each.id}  {each.severity.value}  {each.count}×  {text(each.message_id, **each.params)}")


@notifications.command("read")
def read_notification(ctx: typer.Context, notification: str, as_json: Json = False) -> None:
    """Mark one as read on all terminals."""

    async def work(services: Services) -> None:
        await services.notifications.mark_read(record_id("notification", notification), actor())

    run(ctx, work, as_json=as_json)
    say_done("read", as_json=as_json, notification=notification)


@audit.command("list")
def list_audit(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    subject: Annotated[str, typer.Option(help="Only about this reference or name.")] = "",
    as_json: Json = False,
) -> None:
    """Who did what, newest first."""
    found = run(ctx, lambda services: services.audit.list(limit, subject), as_json=as_json)
    if as_json:
        say_json([{**plain(each), "text": text(each.message_id, **each.params)} for each in found])
        return
    for each in found:
        say(f"{each.at:%Y-%m-%d %H:%M:%S}  {each.actor.name}  {text(each.message_id, **each.params)}")
