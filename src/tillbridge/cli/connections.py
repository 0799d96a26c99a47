"""Verbs on connections: add, list, show, test, prepare, route, pause, resume, reauth, remove."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillbridge.cli.output import ask_aside, plain, question, say, say_done, say_json, table
from tillbridge.cli.running import actor, make_sure, run
from tillbridge.domain.connections import Route, RouteKind
from tillbridge.domain.errors import InvalidInput
from tillbridge.messages import text

if TYPE_CHECKING:
    from tillbridge.domain.specs import PlatformSpec
    from tillbridge.services.connections import ConnectionDraft, ConnectionView, StepView
    from tillbridge.services.house import Services

app = typer.Typer(help="Connected online stores.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The connection's name.")]
Credentials = Annotated[
    str, typer.Option("--credentials", help="A JSON file (field: value) only you can read, or - for standard input.")
]


@app.command()
def add(
    ctx: typer.Context,
    platform: Annotated[str, typer.Argument(help="The platform, as `tillbridge platforms` lists it.")],
    name: Annotated[str, typer.Option("--name", help="What you call this store.")],
    credentials: Credentials = "",
    setup: Annotated[str, typer.Option(help="The kind of setup, where a platform has several.")] = "",
    base_url: Annotated[str, typer.Option("--base-url", help="Talk to this origin instead of the platform's.")] = "",
    ca_file: Annotated[str, typer.Option("--ca-file", help="Trust this certificate authority (PEM).")] = "",
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Allow plain http to another machine.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Test a store's credentials and, when they work, save them encrypted."""

    async def work(services: Services) -> Any:
        from tillbridge.services.connections import ConnectionDraft

        spec = services.connections.spec(platform)
        draft = ConnectionDraft(platform, name, {}, setup, base_url, ca_file, insecure_http)
        values = read_credentials(credentials) if credentials else ask_for(spec, draft, services)
        return await services.connections.add(replace(draft, values=values), actor())

    added = run(ctx, work, as_json=as_json)
    if as_json:
        say_json({"name": added.name, "platform": added.platform, "state": added.state, "currency": added.currency})
    else:
        say(text("cli.connected", name=added.name, shop=added.facts.get("name", ""), currency=added.currency))


@app.command("list")
def list_all(ctx: typer.Context, as_json: Json = False) -> None:
    """All connections and where they stand."""
    found = run(ctx, lambda services: services.connections.list(), as_json=as_json)
    if as_json:
        say_json([summary(each) for each in found])
        return
    rows = [
        (
            each.connection.name, each.connection.platform, each.connection.state.value,
            f"{each.prepared_count}/{each.step_count}", route_words(each.connection.route), each.waiting_jobs,
            each.failed_jobs,
        )
        for each in found
    ]  # fmt: skip
    table(("name", "platform", "state", "prepared", "records", "waiting", "failed"), rows)


@app.command()
def show(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """One connection, with what each service can do."""

    async def work(services: Services) -> Any:
        return await services.connections.get(name), await services.connections.readiness(name)

    view, readiness = run(ctx, work, as_json=as_json)
    nouns = {noun.value: {"state": state, "reason": reason} for noun, state, reason in readiness}
    if as_json:
        say_json(
            {**summary(view), "services": nouns, "facts": view.connection.facts, "settings": view.connection.settings}
        )
        return
    for key, value in summary(view).items():
        say(f"{key}: {value}")
    for noun, found in nouns.items():
        say(f"{noun}: {found['state']}{' – ' + found['reason'] if found['reason'] else ''}")


@app.command("test")
def ask(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """Ask the store who it is, with the stored credentials."""
    facts = run(ctx, lambda services: services.connections.test(name), as_json=as_json)
    if as_json:
        say_json(facts)
        return
    say(f"{facts.name} · {facts.currency} · {facts.zone}")
    for each in facts.missing_scopes:
        say(text("cli.missing_scope", scope=each))
    for each in facts.warnings:
        say(f"! {each}")


@app.command()
def prepare(
    ctx: typer.Context,
    name: Name,
    step: Annotated[str | None, typer.Option(help="Do this step alone.")] = None,
    choice: Annotated[str | None, typer.Option(help="The value chosen for the step.")] = None,
    as_json: Json = False,
) -> None:
    """Do what must be done once before the store may receive sales; a step with a single choice takes it."""

    async def work(services: Services) -> tuple[StepView, ...]:
        views = await services.connections.prepare(name, actor(), step, choice)
        for view in views if step is None else ():
            if view.open and len(view.report.choices) == 1:
                views = await services.connections.prepare(name, actor(), view.step.name, view.report.choices[0][0])
        return views

    views = run(ctx, work, as_json=as_json)
    if as_json:
        say_json([{"step": each.step.name, **plain(each.report)} for each in views])
    else:
        done = sum(not each.open for each in views)
        for each in views:
            say(f"{'○' if each.open else '●'} {each.step.title}: {each.report.words}")
            for value, title in each.report.choices if each.open else ():
                say(f"    --step {each.step.name} --choice {value}   {title}")
        say(text("cli.prepared", done=done, of=len(views)))
    if any(each.open for each in views):
        raise typer.Exit(1)


@app.command()
def route(
    ctx: typer.Context,
    name: Name,
    rule: Annotated[RouteKind, typer.Argument(help="Which sales it records.")],
    names: Annotated[list[str] | None, typer.Argument(help="Tills or locations.")] = None,
    as_json: Json = False,
) -> None:
    """Choose which sales a store records."""
    chosen = Route(rule, tuple(names or ()))
    run(ctx, lambda services: services.connections.set_route(name, chosen, actor()), as_json=as_json)
    say_done("routed", as_json=as_json, name=name, records=route_words(chosen))


@app.command()
def pause(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """Hold a store's jobs back."""
    run(ctx, lambda services: services.connections.pause(name, actor()), as_json=as_json)
    say_done("paused", as_json=as_json, name=name)


@app.command()
def resume(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """Let a store's jobs go on."""
    run(ctx, lambda services: services.connections.resume(name, actor()), as_json=as_json)
    say_done("resumed", as_json=as_json, name=name)


@app.command()
def reauth(ctx: typer.Context, name: Name, credentials: Credentials = "", as_json: Json = False) -> None:
    """Enter credentials anew; waiting jobs go on afterwards."""

    async def work(services: Services) -> Any:
        from tillbridge.services.connections import ConnectionDraft

        view = await services.connections.get(name)
        spec = services.connections.spec(view.connection.platform)
        known = view.connection
        draft = ConnectionDraft(known.platform, name, {}, known.setup, known.base_url)
        values = read_credentials(credentials) if credentials else ask_for(spec, draft, services)
        return await services.connections.reauthenticate(name, values, actor())

    fresh = run(ctx, work, as_json=as_json)
    say_done("reauthenticated", as_json=as_json, name=fresh.name, state=fresh.state)


@app.command()
def remove(
    ctx: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Forget a store and its credentials. Sales stay."""
    make_sure(text("cli.remove", name=name), yes=yes, as_json=as_json)
    run(ctx, lambda services: services.connections.remove(name, actor()), as_json=as_json)
    say_done("removed", as_json=as_json, name=name)


def summary(view: ConnectionView) -> dict[str, Any]:
    """A connection as lists and JSON show it."""
    each = view.connection
    return {
        "name": each.name, "platform": each.platform, "state": each.state.value, "currency": each.currency,
        "prepared": view.prepared_count, "steps": view.step_count, "records": route_words(each.route),
        "paused": each.paused, "breaker": each.breaker.value, "token": view.token_state, "waiting": view.waiting_jobs,
        "failed": view.failed_jobs, "quarantined": view.quarantined, "ready": [noun.value for noun in view.ready_nouns],
    }  # fmt: skip


def route_words(route: Route) -> str:
    """A route as it is typed."""
    return " ".join((route.kind.value, *route.names))


def read_credentials(source: str) -> dict[str, str]:
    """Form values of a file only its owner reads, or of standard input. Raises InvalidInput."""
    if source == "-":
        content = sys.stdin.read()
    else:
        path = Path(source)
        if not path.is_file():
            raise InvalidInput(field="credentials", reason=text("cli.no_file", path=path))
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise InvalidInput(field="credentials", reason=text("cli.loose_file", path=path))
        content = path.read_text(encoding="utf-8")
    try:
        values = json.loads(content)
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
        raise InvalidInput(field="credentials", reason=text("cli.not_credentials"))
    return values


def ask_for(spec: PlatformSpec, draft: ConnectionDraft, services: Services) -> dict[str, str]:
    """Ask for each field; what is secret does not show while it is typed. A consent page is told before its answer."""
    kind = draft.setup or (spec.setups[0].name if spec.setups else "")
    answers = {each.answer for each in spec.consent if each.setup == kind}
    values: dict[str, str] = {}
    for each in spec.fields_for(kind):
        ask_aside(f"{each.title}: {each.help} {each.where_to_find}".rstrip())
        request = None
        if each.name in answers:
            request = services.connections.request_consent(replace(draft, values=values, setup=kind))
            ask_aside(text("cli.consent", address=request.address))
        value = question(each.title, hidden=each.secret, needed=each.required)
        values[each.name] = request.judged(value) if request else value
    return values
