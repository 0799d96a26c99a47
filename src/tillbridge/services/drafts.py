"""What an operator typed to connect a store, and whether it can be right. Pure; screens and command line build it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tillbridge.domain.connections import BreakerState, Connection, ConnectionState, Route
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.ids import new_id
from tillbridge.domain.specs import CredentialField, PlatformSpec
from tillbridge.domain.tokens import Secret
from tillbridge.messages import text

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ConnectionDraft:
    """``values`` are the form's fields by name, secrets among them, so they are never printed."""

    platform: str
    name: str
    values: Mapping[str, str] = field(repr=False)
    setup: str = ""
    base_url: str = ""
    ca_file: str = ""
    insecure_http: bool = False


def is_secret(each: CredentialField) -> bool:
    """Whether a field is kept in the vault instead of with the plain settings."""
    return each.secret or each.token_type is not None


def completed(draft: ConnectionDraft, spec: PlatformSpec) -> ConnectionDraft:
    """The draft trimmed, with its kind of setup: the one named, else the first whose needed fields are all given."""
    values = {name: value.strip() for name, value in draft.values.items()}
    setups = tuple(each.name for each in spec.setups)
    setup = draft.setup
    if setup and setup not in setups:
        reason = text("connections.unknown_setup", setup=setup, known=", ".join(setups))
        raise InvalidInput(field="setup", reason=reason)
    if not setup and setups:
        complete = [name for name in setups if not any(_missing(spec, name, values))]
        setup = (complete or setups)[0]
    return replace(draft, name=draft.name.strip(), values=values, setup=setup, base_url=draft.base_url.strip())


def check(draft: ConnectionDraft, spec: PlatformSpec) -> None:
    """Raises InvalidInput naming the first field that cannot be right; ``name`` holds the field's own name."""
    if problem := _name_problem(draft.name):
        raise InvalidInput(field="name", reason=problem, name="name")
    fields = {each.name: each for each in spec.fields_for(draft.setup)}
    for name in draft.values:
        if name not in fields and draft.values[name]:
            known = ", ".join(fields)
            raise InvalidInput(field=name, reason=text("connections.unknown_field", known=known), name=name)
    for each in fields.values():
        if problem := each.problem(draft.values.get(each.name, "")):
            raise InvalidInput(field=each.title, reason=problem, name=each.name)


def settings_of(draft: ConnectionDraft, spec: PlatformSpec) -> Mapping[str, str]:
    """The values that are no secrets."""
    plain = {each.name for each in spec.fields_for(draft.setup) if not is_secret(each)}
    return {name: value for name, value in draft.values.items() if name in plain and value}


def secrets_of(draft: ConnectionDraft, spec: PlatformSpec) -> Mapping[str, Secret]:
    """The values for the vault, by field name."""
    hidden = {each.name for each in spec.fields_for(draft.setup) if is_secret(each)}
    return {name: Secret(value) for name, value in draft.values.items() if name in hidden and value}


def connection_of(draft: ConnectionDraft, spec: PlatformSpec, now: datetime) -> Connection:
    """The connection a draft would become, before its shop was asked."""
    return Connection(
        id=new_id(), name=draft.name, platform=spec.slug, setup=draft.setup, settings=settings_of(draft, spec),
        facts={}, base_url=draft.base_url, ca_file=draft.ca_file, insecure_http=draft.insecure_http, currency="",
        zone="UTC", state=ConnectionState.NEW, prepared=(), route=Route(), paused=False, breaker=BreakerState.CLOSED,
        breaker_until=None, created_at=now, tested_at=None,
    )  # fmt: skip


def _missing(spec: PlatformSpec, setup: str, values: Mapping[str, str]) -> Iterator[str]:
    return (each.name for each in spec.fields_for(setup) if each.required and not values.get(each.name))


def _name_problem(name: str) -> str | None:
    if not name:
        return text("connections.name_needed")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        return text("connections.name_form", limit=_LONGEST_NAME)
    return None
