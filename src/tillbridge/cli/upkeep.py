"""Verbs that keep the shop's data well: doctor, backup, restore, keys."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillbridge.cli.output import say, say_done, say_json
from tillbridge.cli.running import actor, make_sure, refusals, run, settings_of
from tillbridge.domain.errors import InvalidInput
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.house import Services
    from tillbridge.settings import Settings

keys = typer.Typer(help="Keys of the vault.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def doctor(
    ctx: typer.Context,
    live: Annotated[bool, typer.Option("--live", help="Ask each store, too.")] = False,
    as_json: Json = False,
) -> None:
    """Check database, vault, clock, disk, permissions and connections, and say what to do."""
    checks = run(ctx, lambda services: services.health.doctor(live=live), as_json=as_json)
    if as_json:
        say_json(checks)
    marks = {"well": "●", "watch": "▲", "ill": "✗"}
    for each in () if as_json else checks:
        say(f"{marks[each.verdict.value]} {each.name}: {each.words}")
        if each.next_step:
            say(f"    → {each.next_step}")
    if any(each.verdict.value == "ill" for each in checks):
        raise typer.Exit(1)


def backup(
    ctx: typer.Context,
    target: Annotated[Path | None, typer.Argument(help="The file to write; a dated one when left out.")] = None,
    as_json: Json = False,
) -> None:
    """A consistent copy while everything runs, opened once to prove it."""
    path = run(ctx, lambda services: services.backup.make(target, actor()), as_json=as_json)
    if as_json:
        say_json({"path": str(path)})
    else:
        say(text("cli.backed_up", path=path))


def restore(
    ctx: typer.Context,
    copy: Annotated[Path, typer.Argument(help="A copy made by `tillbridge backup`.", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Put a copy back. What was not done yet is looked up before anything is sent again."""
    make_sure(text("cli.restore"), yes=yes, as_json=as_json)
    with refusals(as_json=as_json):
        kept = asyncio.run(_restore(settings_of(ctx), copy))
    words = text("cli.restored", kept=kept or "–")
    say_done("restored", words, as_json=as_json, kept=str(kept) if kept else None)


async def _restore(settings: Settings, copy: Path) -> Path | None:
    from tillbridge.domain.clock import SystemClock
    from tillbridge.services.backup import put_back

    if settings.database_url:
        raise InvalidInput(field="database", reason=text("cli.restore_postgresql"))
    return await put_back(
        copy, Path(settings.database), SystemClock(), actor(), keyring=settings.keyring_path,
        passphrase=settings.passphrase,
    )  # fmt: skip


@keys.command("list")
def list_keys(ctx: typer.Context, as_json: Json = False) -> None:
    """Ids of the keys, the one in use first."""
    found = run(ctx, _key_ids, as_json=as_json)
    if as_json:
        say_json(found)
    else:
        for each in found:
            say(each)


async def _key_ids(services: Services) -> Any:
    return services.keys.ids()


@keys.command("rotate")
def rotate_key(ctx: typer.Context, as_json: Json = False) -> None:
    """Close every credential with a new key. May be stopped and run again."""
    fresh = run(ctx, lambda services: services.keys.rotate(actor()), as_json=as_json)
    if as_json:
        say_json({"key": fresh})
    else:
        say(text("cli.rotated", key=fresh))


@keys.command("replace")
def replace_keyring(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Begin with a new keyring when the old one is lost for good. Stores named must be re-authenticated."""
    make_sure(text("cli.new_keyring"), yes=yes, as_json=as_json)
    names = run(ctx, lambda services: services.keys.begun_anew(actor()), as_json=as_json, new_keyring=True)
    if as_json:
        say_json({"reauthenticate": names})
        return
    for each in names:
        say(text("cli.enter_anew", name=each))
    if not names:
        say(text("cli.all_open"))
