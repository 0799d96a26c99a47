"""Connecting online stores: the form checked and tested live before it is saved, prepared, routed, paused, removed.

Screens and the command line call ConnectionsService; every changing call names its actor and leaves an audit entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection, ConnectionState, Route, RouteKind, ShopFacts
from tillbridge.domain.errors import InvalidInput, UnknownConnection, VaultError
from tillbridge.domain.events import ConnectionChanged, Event, QueueChanged, TokenRenewed
from tillbridge.domain.jobs import JobKind, Phase
from tillbridge.domain.orders import OrderStatus
from tillbridge.domain.specs import Noun, PlatformSpec
from tillbridge.domain.tokens import Secret, Token, TokenFacts, TokenType
from tillbridge.messages import text
from tillbridge.net.gate import interactive
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services import drafts, readiness
from tillbridge.services.consent import ConsentRequest, request_for
from tillbridge.services.drafts import ConnectionDraft
from tillbridge.services.preparing import Preparation
from tillbridge.services.readiness import MISSING_SCOPES, ConnectionView, StepView, state_of
from tillbridge.services.sessions import CREDENTIALS_FACT, Sessions
from tillbridge.services.tokens import TokenService
from tillbridge.services.trials import Trials
from tillbridge.storage import Storage

__all__ = ["ConnectionDraft", "ConnectionView", "ConnectionsService", "StepView"]


class ConnectionsService:
    """``publish`` hears of each change after it is committed."""

    def __init__(
        self,
        storage: Storage,
        registry: PlatformServiceRegistry,
        sessions: Sessions,
        tokens: TokenService,
        clock: Clock,
        publish: Callable[[Event], None],
    ) -> None:
        self._storage, self._registry, self._sessions, self._tokens = storage, registry, sessions, tokens
        self._clock, self._publish = clock, publish
        self._trials = Trials(registry, sessions, clock)
        self._preparation = Preparation(storage, registry, clock, publish)

    def platforms(self) -> tuple[PlatformSpec, ...]:
        """All known platforms, by slug."""
        return self._registry.specs()

    def spec(self, slug: str) -> PlatformSpec:
        """What a platform declares. Raises UnknownPlatform with the known ones."""
        return self._registry.spec(slug)

    async def list(self) -> tuple[ConnectionView, ...]:
        """All connections, in the order they were made."""
        return await self._views(await self._storage.connections.all())

    async def get(self, name: str) -> ConnectionView:
        """Raises UnknownConnection."""
        return (await self._views((await self.find(name),)))[0]

    async def _views(self, connections: Iterable[Connection]) -> tuple[ConnectionView, ...]:
        jobs = await self._storage.queue.counts()
        tokens = readiness.token_states(await self._storage.vault.token_facts(), self._clock.now())
        held = await self._storage.quarantine.totals()
        return tuple(
            readiness.view(each, self._registry.spec(each.platform), jobs, tokens, held.get(each.id, 0))
            for each in connections
        )

    async def find(self, name: str) -> Connection:
        found = await self._storage.connections.by_name(name.strip())
        if found is None:
            raise UnknownConnection(name=name)
        return found

    async def test_draft(self, draft: ConnectionDraft) -> ShopFacts:
        """Check the form, then ask the shop who it is; nothing is saved.

        Raises InvalidInput naming the field before anything is sent; WrongCredentials naming the field after.
        """
        spec = self._registry.spec(draft.platform)
        return (await self._trials.now(drafts.completed(draft, spec), spec)).facts

    def request_consent(self, draft: ConnectionDraft) -> ConsentRequest:
        """The page to open in a browser for the draft's kind of setup. Raises InvalidInput naming what it needs."""
        return request_for(draft, self._registry.spec(draft.platform), self._clock)

    async def add(self, draft: ConnectionDraft, actor: Actor) -> Connection:
        """Check, test live, and only then save. Raises what ``test_draft`` raises, InvalidInput for a taken name."""
        spec = self._registry.spec(draft.platform)
        draft = drafts.completed(draft, spec)
        drafts.check(draft, spec)
        if await self._storage.connections.by_name(draft.name) is not None:
            raise InvalidInput(field="name", reason=text("connections.name_taken", name=draft.name), name="name")
        tried = await self._trials.of(draft, spec)
        connection = _as_tested(drafts.connection_of(draft, spec, self._clock.now()), tried.facts, self._clock)
        async with self._storage.transaction():
            await self._storage.connections.add(connection)
            await self._keep_credentials(connection, spec, drafts.secrets_of(draft, spec), tried.tokens)
            await self._audit(actor, "added", connection, platform=spec.title)
            await self._become_a_shop(tried.facts)
        self._trials.forget()
        self._publish(ConnectionChanged(connection.id))
        return connection

    async def test(self, name: str) -> ShopFacts:
        """The live test of a saved connection; one that waited for a person goes on when it passes."""
        connection = await self.find(name)
        spec = self._registry.spec(connection.platform)
        if connection.state is ConnectionState.NEEDS_REAUTHENTICATION:
            facts = await self._test_again(connection, spec)
        else:
            with interactive():
                facts = await (await self._registry.get_shop_service(connection)).test()
        await self._save_tested(connection, spec, facts)
        return facts

    async def _test_again(self, connection: Connection, spec: PlatformSpec) -> ShopFacts:
        """One try with what is stored, in case the shop was put right meanwhile; nobody else renews now."""
        known = await self._known_tokens(connection)
        async with self._sessions.trial(connection, await self._storage.vault.secrets(connection.id), known) as tried:
            facts = await self._trials.ask(connection, spec, tried)
            if tried.tokens.grant is not None:
                access = known.get(TokenType.ACCESS)
                await self._tokens.keep_grant(connection, tried.tokens.grant, access.generation if access else 0)
        return facts

    async def test_anew(self, name: str, values: Mapping[str, str]) -> ShopFacts:
        """The live test of credentials to be entered anew, where the connection lives; nothing is replaced."""
        connection = await self.find(name)
        spec = self._registry.spec(connection.platform)
        return (await self._trials.now(await self._draft_again(connection, spec, values), spec)).facts

    async def reauthenticate(self, name: str, values: Mapping[str, str], actor: Actor) -> Connection:
        """Enter credentials anew; fields left empty keep their value. They are tested before anything is replaced.

        Links, cursors and waiting jobs stay; the jobs go on by themselves.
        """
        connection = await self.find(name)
        spec = self._registry.spec(connection.platform)
        draft = await self._draft_again(connection, spec, values)
        tried = await self._trials.of(draft, spec)
        fresh = replace(
            connection,
            settings=drafts.settings_of(draft, spec),
            facts={**connection.facts, CREDENTIALS_FACT: self._clock.now().isoformat()},
        )
        async with self._storage.transaction():
            generations = {each.type: each.generation for each in await self._facts_of(connection)}
            await self._storage.vault.drop_all(connection.id)
            newer = {
                each.type: replace(each, generation=generations.get(each.type, 0) + 1) for each in tried.tokens.values()
            }
            await self._keep_credentials(fresh, spec, drafts.secrets_of(draft, spec), newer)
            await self._audit(actor, "reauthenticated", connection)
        self._trials.forget()
        saved = await self._save_tested(fresh, spec, tried.facts)
        self._publish(TokenRenewed(connection.id))
        return saved

    async def _draft_again(
        self, connection: Connection, spec: PlatformSpec, values: Mapping[str, str]
    ) -> ConnectionDraft:
        try:
            stored = await self._storage.vault.secrets(connection.id)
        except VaultError:
            # what does not open is exactly what is entered anew
            stored = {}
        kept = {name: each.reveal() for name, each in stored.items()}
        given = {name: value for name, value in values.items() if value.strip()}
        known = {each.name for each in spec.fields_for(connection.setup)}
        whole = {name: value for name, value in {**connection.settings, **kept}.items() if name in known}
        draft = ConnectionDraft(
            connection.platform, connection.name, {**whole, **given}, connection.setup, connection.base_url,
            connection.ca_file, connection.insecure_http,
        )  # fmt: skip
        return drafts.completed(draft, spec)

    async def _facts_of(self, connection: Connection) -> tuple[TokenFacts, ...]:
        return tuple(each for each in await self._storage.vault.token_facts() if each.connection == connection.name)

    async def preparation(self, name: str) -> tuple[StepView, ...]:
        """Where each step stands, asked of the shop; changes nothing."""
        return await self._preparation.look(await self.find(name))

    async def prepare(
        self, name: str, actor: Actor, step: str | None = None, choice: str | None = None
    ) -> tuple[StepView, ...]:
        """Do one step, or all in order. A step that needs a choice stays open with its choices.

        The first connection that becomes ready records all sales; later ones none until they are routed.
        """
        return await self._preparation.go_on(await self.find(name), actor, step, choice)

    async def set_route(self, name: str, route: Route, actor: Actor) -> None:
        """Which sales the connection records. Raises InvalidInput for tills or locations nobody knows."""
        await self._check_route(route)
        await self._change(name, actor, "routed", lambda each: replace(each, route=route), route=_route_words(route))

    async def pause(self, name: str, actor: Actor) -> None:
        """Its jobs wait, and pile up, until it is resumed."""
        await self._change(name, actor, "paused", lambda each: replace(each, paused=True))

    async def resume(self, name: str, actor: Actor) -> None:
        await self._change(name, actor, "resumed", lambda each: replace(each, paused=False))

    async def remove(self, name: str, actor: Actor) -> None:
        """Forget a connection with its credentials and give up its open work.

        What it recorded stays known; nothing changes on the platform.
        """
        connection = await self.find(name)
        now, facts = self._clock.now(), {"connection": connection.name}
        async with self._storage.transaction():
            for job in await self._storage.jobs.give_up_all(connection.id, now):
                if job.kind is JobKind.PUSH_ORDER and job.subject_id is not None:
                    status = OrderStatus.UNKNOWN if job.phase is not Phase.NOT_SENT else OrderStatus.FAILED
                    told: dict[str, Any] = {"status": status, "reason": "connections.gone", "reason_params": facts}
                    given_up = partial(replace, **told, updated_at=now)
                    await self._storage.sales.change_delivery(job.subject_id, connection.id, given_up)
            await self._storage.connections.remove(connection.id)
            await self._audit(actor, "removed", connection)
        self._sessions.forget(connection.id)
        for fact in (ConnectionChanged(connection.id), QueueChanged()):
            self._publish(fact)

    async def readiness(self, name: str) -> tuple[tuple[Noun, str, str], ...]:
        """For each noun "ready" or "absent", with the reason it is absent."""
        connection = await self.find(name)
        spec = self._registry.spec(connection.platform)
        return tuple((noun, *readiness.noun_state(connection, spec, noun)) for noun in Noun)

    async def _keep_credentials(
        self,
        connection: Connection,
        spec: PlatformSpec,
        secrets: Mapping[str, Secret],
        tokens: Mapping[TokenType, Token],
    ) -> None:
        for name, value in secrets.items():
            await self._storage.vault.put_secret(connection.id, name, value)
        typed = {each.token_type for each in spec.fields_for(connection.setup)}
        for each in tokens.values():
            renewable = each.type not in typed and each.expires_at is not None
            await self._storage.vault.put_token(connection.id, each, renewable=renewable)

    async def _known_tokens(self, connection: Connection) -> dict[TokenType, Token]:
        found = [await self._storage.vault.token(connection.id, each) for each in TokenType]
        return {each.type: each for each in found if each is not None}

    async def _save_tested(self, connection: Connection, spec: PlatformSpec, facts: ShopFacts) -> Connection:
        """Write down what the test learnt; who waited for a person goes on."""

        def change(now: Connection) -> Connection:
            whole = replace(now, settings=connection.settings, facts={**now.facts, **connection.facts})
            tested = _as_tested(whole, facts, self._clock)
            return replace(tested, state=state_of(tested, spec))

        saved = await self._storage.connections.change(connection.id, change)
        self._publish(ConnectionChanged(connection.id))
        return saved

    async def _change(
        self, name: str, actor: Actor, verb: str, change: Callable[[Connection], Connection], **params: str
    ) -> None:
        async with self._storage.transaction():
            connection = await self.find(name)
            await self._storage.connections.change(connection.id, change)
            await self._audit(actor, verb, connection, **params)
        self._publish(ConnectionChanged(connection.id))

    async def _check_route(self, route: Route) -> None:
        if route.kind in (RouteKind.OFF, RouteKind.ALL):
            return
        known = {each.name for each in await self._storage.shop.locations()}
        if route.kind is RouteKind.TILLS:
            known = {each.name for each in await self._storage.shop.tills()}
        if not route.names:
            raise InvalidInput(field="route", reason=text("connections.route_names"))
        if route.kind is RouteKind.LOCATIONS and (unknown := sorted(set(route.names) - known)):
            reason = text("connections.route_unknown", names=", ".join(unknown), known=", ".join(sorted(known)))
            raise InvalidInput(field="route", reason=reason)

    async def _audit(self, actor: Actor, verb: str, connection: Connection, **params: str) -> None:
        facts = {"connection": connection.name, **params}
        entry = AuditEntry(self._clock.now(), actor, f"connections.audit.{verb}", facts, connection.name)
        await self._storage.audit.add(entry)

    async def _become_a_shop(self, facts: ShopFacts) -> None:
        """The first store tells a new database what shop it is."""
        shop = await self._storage.shop.get()
        if shop.name or len(await self._storage.connections.all()) > 1:
            return
        included = shop.prices_include_tax if facts.prices_include_tax is None else facts.prices_include_tax
        await self._storage.shop.save(
            replace(
                shop, name=facts.name, currency=facts.currency or shop.currency, zone=facts.zone or shop.zone,
                prices_include_tax=included,
            )
        )  # fmt: skip


def _as_tested(connection: Connection, facts: ShopFacts, clock: Clock) -> Connection:
    learnt = {
        **facts.facts, "name": facts.name, "api_version": facts.api_version,
        MISSING_SCOPES: ", ".join(facts.missing_scopes),
    }  # fmt: skip
    state = ConnectionState.CONNECTED if connection.state is ConnectionState.NEW else connection.state
    return replace(
        connection, facts={**connection.facts, **learnt}, currency=facts.currency, zone=facts.zone,
        tested_at=clock.now(), state=state,
    )  # fmt: skip


def _route_words(route: Route) -> str:
    return " ".join((route.kind.value, ", ".join(route.names))).strip()
