"""Verbs without a real shop: the training console, simulators on loopback, and the demo of the six flows."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tillbridge.cli.output import say, say_json
from tillbridge.cli.running import Place, refusals, settings_of

if TYPE_CHECKING:
    from tillbridge.settings import Settings
    from tillbridge.training.server import Served

training = typer.Typer(help="Practise on pretended stores; nothing is real.", invoke_without_command=True)


@training.callback()
def console(ctx: typer.Context) -> None:
    """Open the console on the training shop."""
    if ctx.invoked_subcommand is None:
        from tillbridge.cli.console import open_console

        place: Place = ctx.find_root().obj
        raise typer.Exit(open_console(place.data_dir, training=True))


@training.command("serve")
def serve(
    ctx: typer.Context,
    port: Annotated[int, typer.Option(help="The first port; each simulator takes the next.", min=0, max=65000)] = 0,
    certificate: Annotated[
        Path | None, typer.Option(help="Serve TLS with this certificate (PEM).", exists=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines, as it always does.")] = True,
    key: Annotated[Path | None, typer.Option(help="The certificate's key (PEM).", exists=True)] = None,
) -> None:
    """Serve the simulators on loopback: one JSON line each, then one when all are ready."""
    with refusals(as_json=as_json):
        asyncio.run(_serve(settings_of(ctx), port, certificate, key))


async def _serve(settings: Settings, port: int, certificate: Path | None, key: Path | None) -> None:
    from tillbridge.domain.errors import InvalidInput
    from tillbridge.platforms.registry import PlatformServiceRegistry
    from tillbridge.services.training import build_simulators
    from tillbridge.training.server import serve as serve_all

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    simulators = build_simulators(PlatformServiceRegistry(), settings.ticking)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="simulators-", dir=settings.data_dir) as folder:
        try:
            async with serve_all(simulators, port, certificate=certificate, key=key) as served:
                for each in served:
                    _announce(each, Path(folder))
                _flush({"ready": len(served)})
                await stop.wait()
        except OSError as error:
            raise InvalidInput(field="port", reason=f"{error.strerror or error}") from error


def _announce(served: Served, folder: Path) -> None:
    file = folder / f"{served.simulator.name}.json"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as writer:
        json.dump(served.simulator.credentials(), writer)
    _flush({
        "platform": served.simulator.name, "base_url": served.base_url, "credentials": str(file),
        "control": f"{served.base_url}/__control__", "setup": served.simulator.setup,
        "places_order": served.simulator.places_order,
    })  # fmt: skip


def _flush(line: object) -> None:
    """A reader on a pipe waits for each line."""
    import sys

    say_json(line)
    sys.stdout.flush()


def demo(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False
) -> None:
    """The six flows on every platform, headless: done, absent or failed."""
    from tillbridge.cli.demo import run_flows

    failed = False
    with refusals(as_json=as_json):
        for each in asyncio.run(run_flows(settings_of(ctx))):
            failed |= each.outcome == "failed"
            if as_json:
                say_json(each)
            else:
                mark = {"done": "●", "absent": "○"}.get(each.outcome, "✗")
                say(f"{mark} {each.platform:<14}{each.flow:<26}{each.detail}")
    if failed:
        raise typer.Exit(1)
