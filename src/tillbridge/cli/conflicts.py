"""Verbs on conflicts: values the till and a store both changed, and the rules by which they are settled."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillbridge.cli.output import plain, say, say_done, say_json, table
from tillbridge.cli.reading import record_id
from tillbridge.cli.running import actor, run
from tillbridge.domain.conflicts import Standing
from tillbridge.domain.merging import Rule
from tillbridge.domain.specs import Noun
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.house import Services

app = typer.Typer(help="Values the till and a store both changed.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_SETTLED = (Standing.OURS, Standing.THEIRS, Standing.AGREED)


@app.command("list")
def list_conflicts(
    ctx: typer.Context,
    connection: Annotated[str, typer.Option("--connection", help="Only of this connection.")] = "",
    settled: Annotated[
        bool, typer.Option("--settled", help="Those that were settled, instead of those that wait.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
) -> None:
    """What waits for a decision; until then the till's value stands, and the store keeps its own."""

    async def work(services: Services) -> Any:
        wanted = await services.conflicts.filter(_SETTLED if settled else (Standing.OPEN,), connection)
        return await services.conflicts.window(wanted, limit=limit), await services.conflicts.count(wanted)

    found, total = run(ctx, work, as_json=as_json)
    if as_json:
        conflicts = [{"connection": each.connection, **plain(each.conflict)} for each in found]
        say_json({"total": total, "conflicts": conflicts})
        return
    from tillbridge.services.conflicts import words

    rows = [
        (
            each.conflict.id, each.connection, each.conflict.name, text(f"conflicts.field.{each.conflict.field}"),
            words(each.conflict.ours), words(each.conflict.theirs),
            text(f"conflicts.standing.{each.conflict.standing.value}"), each.conflict.by or "–",
        )
        for each in found
    ]  # fmt: skip
    table(("id", "store", "of", "what", "till's", "store's", "standing", "by"), rows)
    if total > len(found):
        say(text("cli.shown", shown=len(found), of=total))


class _Decision(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"


@app.command("decide")
def decide(
    ctx: typer.Context,
    conflict: Annotated[str, typer.Argument(help="Its id, as the list shows it.")],
    side: Annotated[
        _Decision, typer.Argument(help="ours: the till's value stands. theirs: the till takes the store's.")
    ],
    alike: Annotated[bool, typer.Option("--all-alike", help="All that wait of the same store and field.")] = False,
    as_json: Json = False,
) -> None:
    """Decide a conflict. Nothing is written to the store, which keeps its own value."""

    async def work(services: Services) -> int:
        id_, standing = record_id("conflict", conflict), Standing(side.value)
        if alike:
            return await services.conflicts.decide_alike(id_, standing, actor())
        await services.conflicts.decide(id_, standing, actor())
        return 1

    count = run(ctx, work, as_json=as_json)
    say_done("decided", text("cli.decided", count=count), as_json=as_json, conflicts=count, side=side.value)


@app.command("rules")
def rules(ctx: typer.Context, as_json: Json = False) -> None:
    """Who is right, field by field, where the till and a store both changed it."""
    found = run(ctx, lambda services: services.conflicts.rules(), as_json=as_json)
    if as_json:
        say_json([{**plain(each), "fixed": each.fixed} for each in found])
        return
    rows = [
        (each.noun.value, each.field, each.rule.value if each.rule else "–",
         text(f"conflicts.rule.{each.rule.value if each.rule else 'law'}"))
        for each in found
    ]  # fmt: skip
    table(("noun", "field", "rule", "that is"), rows)


@app.command("set-rule")
def set_rule(
    ctx: typer.Context,
    noun: Annotated[Noun, typer.Argument(help="product or customer.")],
    field: Annotated[str, typer.Argument(help="As `conflicts rules` names it.")],
    rule: Annotated[Rule, typer.Argument(help="Who is right from the next pull on.")],
    as_json: Json = False,
) -> None:
    """Choose the rule of a field. What waits already still waits."""
    run(ctx, lambda services: services.conflicts.choose_rule(noun, field, rule, actor()), as_json=as_json)
    say_done("chosen", as_json=as_json, noun=noun.value, field=field, rule=rule.value)
