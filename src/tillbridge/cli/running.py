"""Opening the house for a verb and ending with the right code: 0 done, 1 refused or failed, 2 usage."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from tillbridge.cli.output import show_error
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.errors import InvalidInput, TillbridgeError
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.services.house import Services
    from tillbridge.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """What the options before the verb said."""

    data_dir: Path | None


def settings_of(ctx: typer.Context) -> Settings:
    """The settings a verb works with."""
    from tillbridge.settings import load

    place: Place = ctx.find_root().obj
    return load({"data_dir": place.data_dir})


def actor() -> Actor:
    """Who runs the command, for the audit."""
    return Actor(ActorKind.OPERATOR, getpass.getuser())


def run(
    ctx: typer.Context,
    work: Callable[[Services], Awaitable[T]],
    *,
    as_json: bool = False,
    training: bool = False,
    new_keyring: bool = False,
) -> T:
    """Do one piece of work in an opened house; a typed failure prints its card and ends with 1."""
    with refusals(as_json=as_json):
        settings = settings_of(ctx)
        return asyncio.run(_in_house(settings, work, training=training, new_keyring=new_keyring))


async def _in_house(
    settings: Settings, work: Callable[[Services], Awaitable[T]], *, training: bool, new_keyring: bool
) -> T:
    from tillbridge.wiring import open_house

    async with open_house(settings, training=training, accept_new_keyring=new_keyring) as services:
        return await work(services)


def make_sure(question: str, *, yes: bool, as_json: bool) -> None:
    """Ask before what cannot be undone; a script that reads JSON is not asked and must say --yes."""
    if yes:
        return
    with refusals(as_json=as_json):
        if as_json:
            raise InvalidInput(field="--yes", reason=text("cli.say_yes"))
    typer.confirm(question, abort=True)


class refusals:
    """Turns typed failures into a card and exit code 1."""

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, TillbridgeError):
            show_error(error, as_json=self._as_json)
            raise typer.Exit(1) from error
