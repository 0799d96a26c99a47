"""Verbs on the queue: list, show, retry, cancel, pause, resume; and the worker that drains it."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillbridge.cli.output import plain, say, say_done, say_json, table
from tillbridge.cli.reading import record_id
from tillbridge.cli.running import actor, refusals, run, settings_of
from tillbridge.domain.jobs import JobState
from tillbridge.domain.queue import QueueFilter
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.jobs import Attempt
    from tillbridge.services.house import Services
    from tillbridge.settings import Settings

app = typer.Typer(help="The queue of work to be done on the stores.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_GUARDED, _MASK = frozenset({"password", "secret", "token"}), "•••"
JobId = Annotated[str, typer.Argument(help="The job's id, as `queue list` shows it.")]


@app.command("list")
def list_all(
    ctx: typer.Context,
    state: Annotated[list[JobState] | None, typer.Option(help="Only jobs in this state; may be given again.")] = None,
    connection: Annotated[str, typer.Option(help="Only jobs of this connection.")] = "",
    like: Annotated[str, typer.Option(help="Only jobs whose receipt or reference begins so.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30,
    as_json: Json = False,
) -> None:
    """Jobs, newest first."""

    async def work(services: Services) -> Any:
        ids = ((await services.connections.get(connection)).connection.id,) if connection else ()
        wanted = QueueFilter(states=tuple(state or ()), connection_ids=ids, text=like)
        return await services.queue.window(wanted, None, limit=limit), await services.queue.count(wanted)

    page, count = run(ctx, work, as_json=as_json)
    if as_json:
        say_json({"count": count, "jobs": [plain(each) for each in page.rows]})
        return
    rows = [
        (
            each.id, each.connection, each.kind.value, each.state.value, each.receipt or "–", each.attempts,
            text(f"{each.cause}.title", **each.cause_params) if each.cause else "",
        )
        for each in page.rows
    ]  # fmt: skip
    table(("id", "connection", "kind", "state", "receipt", "tries", "why"), rows)
    say(text("cli.shown", shown=len(rows), of=count))


@app.command()
def show(ctx: typer.Context, job: JobId, as_json: Json = False) -> None:
    """One job with all its tries and what stopped it."""
    detail = run(ctx, lambda services: services.queue.detail(record_id("job", job)), as_json=as_json)
    if as_json:
        say_json({**plain(detail), "attempts": [_tried(each) for each in detail.attempts]})
        return
    say(f"{detail.row.kind.value} · {detail.row.connection} · {detail.row.receipt or '–'} · {detail.job.state.value}")
    for at, each in enumerate(detail.attempts, start=1):
        ended = each.ended_at.strftime("%H:%M:%S") if each.ended_at else "…"
        say(f"  {at}. {each.began_at:%Y-%m-%d %H:%M:%S} – {ended}  {each.action or '–'}  {each.outcome or '…'}")
    if detail.card:
        say(detail.card.title)
        say(f"  {detail.card.explanation}")
        say(f"  → {detail.card.next_step}")
    for choice in detail.choices:
        say(f"  {choice}: {text(f'queue.choice.{choice}')}")


def _tried(attempt: Attempt) -> dict[str, Any]:
    """A try with what was sent as a document; no credential is ever in it, and what is named like one is hidden."""
    body = _hidden(json.loads(attempt.body)) if attempt.body else None
    return {**plain(attempt), "body": body}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _MASK if key in _GUARDED and each else _hidden(each) for key, each in value.items()}
    return [_hidden(each) for each in value] if isinstance(value, list) else value


@app.command()
def retry(
    ctx: typer.Context,
    job: JobId,
    alike: Annotated[bool, typer.Option("--alike", help="All parked jobs of the same cause.")] = False,
    as_json: Json = False,
) -> None:
    """Try a job again now."""

    async def work(services: Services) -> int:
        if alike:
            return await services.queue.retry_alike(record_id("job", job), actor())
        await services.queue.retry(record_id("job", job), actor())
        return 1

    count = run(ctx, work, as_json=as_json)
    if as_json:
        say_json({"retried": count})
    else:
        say(text("cli.retried", count=count))


@app.command()
def cancel(ctx: typer.Context, job: JobId, as_json: Json = False) -> None:
    """Give a job up."""
    run(ctx, lambda services: services.queue.cancel(record_id("job", job), actor()), as_json=as_json)
    say_done("cancelled", as_json=as_json, job=job)


@app.command()
def accept(ctx: typer.Context, job: JobId, as_json: Json = False) -> None:
    """Let the store's total stand where it differs from the till's; the sale counts as synced."""
    run(ctx, lambda services: services.queue.accept(record_id("job", job), actor()), as_json=as_json)
    say_done("accepted", as_json=as_json, job=job)


@app.command()
def pause(ctx: typer.Context, connection: str, as_json: Json = False) -> None:
    """Hold a connection's jobs back."""
    run(ctx, lambda services: services.connections.pause(connection, actor()), as_json=as_json)
    say_done("paused", as_json=as_json, name=connection)


@app.command()
def resume(ctx: typer.Context, connection: str, as_json: Json = False) -> None:
    """Let a connection's jobs go on."""
    run(ctx, lambda services: services.connections.resume(connection, actor()), as_json=as_json)
    say_done("resumed", as_json=as_json, name=connection)


def worker(ctx: typer.Context, as_json: Json = False) -> None:
    """Work the queue until stopped."""
    with refusals(as_json=as_json):
        asyncio.run(_work_until_stopped(settings_of(ctx)))
    say_done("stopped", as_json=as_json)


async def _work_until_stopped(settings: Settings) -> None:
    """Ends in order on a stop or a lost line."""
    from tillbridge.wiring import open_house

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    async with open_house(settings, background=True):
        await stop.wait()


def sync(
    ctx: typer.Context,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Stop when nothing is due any more.")] = True,
    as_json: Json = False,
) -> None:
    """Fetch what the stores changed, and work the queue until nothing is due."""

    async def work(services: Services) -> Any:
        await services.plan()
        await services.work()
        return await services.queue.summary()

    left = run(ctx, work, as_json=as_json)
    say_done("idle", as_json=as_json, waiting=left.waiting, running=left.running, parked=left.parked)
