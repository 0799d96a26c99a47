"""Connecting online stores: the form checked and tested live before it is saved, prepared, routed, paused, removed.

Screens and the command line call ConnectionsService; every changing call names its actor and leaves an audit entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection, ConnectionState, Route, RouteKind, ShopFacts
from tillbridge.domain.errors import InvalidInput, TokenRejected, UnknownConnection, WrongCredentials
from tillbridge.domain.events import ConnectionChanged, Event, TokenRenewed
from tillbridge.domain.specs import CredentialField, Noun, PlatformSpec
from tillbridge.domain.tokens import Secret, Token, TokenType
from tillbridge.messages import text
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services import drafts, readiness
from tillbridge.services.drafts import ConnectionDraft
from tillbridge.services.readiness import ConnectionView, StepView, state_of
from tillbridge.services.sessions import CREDENTIALS_FACT, Sessions, Trial
from tillbridge.services.tokens import TokenService
from tillbridge.storage import Storage

__all__ = ["ConnectionDraft", "ConnectionView", "ConnectionsService", "StepView"]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A draft whose live test passed: some grants are good for one exchange only, so it is not made twice."""

    draft: ConnectionDraft
    facts: ShopFacts
    tokens: Mapping[TokenType, Token]


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
        self._tried: _Tried | None = None

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
        return tuple(readiness.view(each, self._registry.spec(each.platform), jobs, tokens) for each in connections)

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
        draft = drafts.completed(draft, spec)
        drafts.check(draft, spec)
        return (await self._try(draft, spec)).facts

    async def add(self, draft: ConnectionDraft, actor: Actor) -> Connection:
        """Check, test live, and only then save. Raises what ``test_draft`` raises, InvalidInput for a taken name."""
        spec = self._registry.spec(draft.platform)
        draft = drafts.completed(draft, spec)
        drafts.check(draft, spec)
        if await self._storage.connections.by_name(draft.name) is not None:
            raise InvalidInput(field="name", reason=text("connections.name_taken", name=draft.name), name="name")
        tried = self._tried if self._tried is not None and self._tried.draft == draft else await self._try(draft, spec)
        connection = _as_tested(drafts.connection_of(draft, spec, self._clock.now()), tried.facts, self._clock)
        async with self._storage.transaction():
            await self._storage.connections.add(connection)
            await self._keep_credentials(connection, spec, drafts.secrets_of(draft, spec), tried.tokens)
            await self._audit(actor, "added", connection, platform=spec.title)
            await self._become_a_shop(tried.facts)
        self._tried = None
        self._publish(ConnectionChanged(connection.id))
        return connection

    async def test(self, name: str) -> ShopFacts:
        """The live test of a saved connection; a connection that waited for a person goes on when it passes."""
        connection = await self.find(name)
        spec = self._registry.spec(connection.platform)
        known = await self._known_tokens(connection)
        async with self._sessions.trial(connection, await self._storage.vault.secrets(connection.id), known) as tried:
            facts = await self._ask(connection, spec, tried)
            fresh = tried.tokens
        if fresh.grant is not None:
            access = known.get(TokenType.ACCESS)
            await self._tokens.keep_grant(connection, fresh.grant, access.generation if access else 0)
        await self._save_tested(connection, spec, facts)
        return facts

    async def reauthenticate(self, name: str, values: Mapping[str, str], actor: Actor) -> Connection:
        """Enter credentials anew. They are tested first; links, cursors and waiting jobs stay as they are."""
        connection = await self.find(name)
        spec = self._registry.spec(connection.platform)
        kept = dict(await self._storage.vault.secrets(connection.id))
        given = {key: value for key, value in values.items() if value.strip()}
        whole = {**connection.settings, **{key: value.reveal() for key, value in kept.items()}, **given}
        draft = drafts.completed(
            ConnectionDraft(
                connection.platform, connection.name, _of_setup(whole, spec, connection.setup), connection.setup,
                connection.base_url, connection.ca_file, connection.insecure_http,
            ),
            spec,
        )  # fmt: skip
        drafts.check(draft, spec)
        tried = await self._try(draft, spec)
        fresh = replace(
            connection,
            settings=drafts.settings_of(draft, spec),
            facts={**connection.facts, CREDENTIALS_FACT: self._clock.now().isoformat()},
        )
        async with self._storage.transaction():
            for each in TokenType:
                await self._storage.vault.drop_token(connection.id, each)
            await self._keep_credentials(fresh, spec, drafts.secrets_of(draft, spec), tried.tokens)
            await self._audit(actor, "reauthenticated", connection)
        self._tried = None
        saved = await self._save_tested(fresh, spec, tried.facts)
        self._publish(TokenRenewed(connection.id))
        return saved

    async def preparation(self, name: str) -> tuple[StepView, ...]:
        """Where each step stands, asked of the shop; changes nothing."""
        connection = await self.find(name)
        shop = await self._registry.get_shop_service(connection)
        steps = self._registry.spec(connection.platform).preparation
        return tuple([StepView(each, await shop.check_step(each.name)) for each in steps])

    async def prepare(
        self, name: str, actor: Actor, step: str | None = None, choice: str | None = None
    ) -> tuple[StepView, ...]:
        """Do one step, or all in order. A step that needs a choice stays open with its choices.

        The first connection that becomes ready records all sales; later ones none until they are routed.
        """
        connection = await self.find(name)
        steps = self._registry.spec(connection.platform).preparation
        if step is not None and step not in {each.name for each in steps}:
            known = ", ".join(each.name for each in steps)
            raise InvalidInput(field="step", reason=text("connections.unknown_step", known=known))
        done: list[StepView] = []
        for each in steps:
            shop = await self._registry.get_shop_service(connection)
            wanted = step in (None, each.name)
            report = await (shop.do_step(each.name, choice if step else None) if wanted else shop.check_step(each.name))
            done.append(StepView(each, report))
            connection = await self._keep_step(connection, done[-1])
        await self._settle_readiness(connection, actor)
        return tuple(done)

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
        """Forget a connection with its credentials. What it recorded stays known; nothing changes on the platform."""
        connection = await self.find(name)
        async with self._storage.transaction():
            await self._storage.connections.remove(connection.id)
            await self._audit(actor, "removed", connection)
        self._sessions.forget(connection.id)
        self._publish(ConnectionChanged(connection.id))

    async def readiness(self, name: str) -> tuple[tuple[Noun, str, str], ...]:
        """For each noun "ready" or "absent", with the reason it is absent."""
        connection = await self.find(name)
        spec = self._registry.spec(connection.platform)
        return tuple((noun, *readiness.noun_state(connection, spec, noun)) for noun in Noun)

    async def _try(self, draft: ConnectionDraft, spec: PlatformSpec) -> _Tried:
        self._tried = None
        connection = drafts.connection_of(draft, spec, self._clock.now())
        async with self._sessions.trial(connection, drafts.secrets_of(draft, spec)) as tried:
            facts = await self._ask(connection, spec, tried)
            self._tried = _Tried(draft, facts, dict(tried.tokens.kept))
        return self._tried

    async def _ask(self, connection: Connection, spec: PlatformSpec, tried: Trial) -> ShopFacts:
        """The live test; a plain 401 is put into words with the field it is most likely about."""
        try:
            return await self._registry.platform(spec.slug).shop(tried.session).test()
        except TokenRejected as error:
            likely = _likely_field(spec, connection.setup)
            if likely is None:
                raise
            raise WrongCredentials(
                field=likely.title, where=likely.where_to_find, request_id=error.request_id
            ) from error

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
        async with self._storage.transaction():
            now = await self._storage.connections.get(connection.id)
            tested = _as_tested(
                replace(now, settings=connection.settings, facts={**now.facts, **connection.facts}), facts, self._clock
            )
            saved = replace(tested, state=state_of(tested, spec))
            await self._storage.connections.save(saved)
        self._publish(ConnectionChanged(connection.id))
        return saved

    async def _keep_step(self, connection: Connection, view: StepView) -> Connection:
        now = await self._storage.connections.get(connection.id)
        names = [each for each in now.prepared if each != view.step.name]
        prepared = (*names, view.step.name) if not view.open else tuple(names)
        kept = replace(now, prepared=prepared, facts={**now.facts, **view.report.facts})
        if kept != now:
            await self._storage.connections.save(kept)
        return kept

    async def _settle_readiness(self, connection: Connection, actor: Actor) -> None:
        spec = self._registry.spec(connection.platform)
        async with self._storage.transaction():
            now = await self._storage.connections.get(connection.id)
            state = state_of(now, spec) if now.state in _SETTLED else now.state
            if state is now.state:
                return
            others = [each for each in await self._storage.connections.all() if each.id != now.id]
            first = state is ConnectionState.READY and not any(each.state in _HAVE_BEEN_READY for each in others)
            route = Route(RouteKind.ALL) if first and now.route.kind is RouteKind.OFF else now.route
            await self._storage.connections.save(replace(now, state=state, route=route))
            await self._audit(actor, "ready" if state is ConnectionState.READY else "not_ready", now)
        self._publish(ConnectionChanged(connection.id))

    async def _change(
        self, name: str, actor: Actor, verb: str, change: Callable[[Connection], Connection], **params: str
    ) -> None:
        async with self._storage.transaction():
            connection = await self.find(name)
            await self._storage.connections.save(change(connection))
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


_SETTLED = frozenset({ConnectionState.NEW, ConnectionState.CONNECTED, ConnectionState.READY})
_HAVE_BEEN_READY = frozenset({ConnectionState.READY, ConnectionState.NEEDS_REAUTHENTICATION, ConnectionState.LOCKED})


def _as_tested(connection: Connection, facts: ShopFacts, clock: Clock) -> Connection:
    learnt = {**facts.facts, "name": facts.name, "api_version": facts.api_version}
    state = ConnectionState.CONNECTED if connection.state is ConnectionState.NEW else connection.state
    return replace(
        connection, facts={**connection.facts, **learnt}, currency=facts.currency, zone=facts.zone,
        tested_at=clock.now(), state=state,
    )  # fmt: skip


def _of_setup(values: Mapping[str, str], spec: PlatformSpec, setup: str) -> Mapping[str, str]:
    known = {each.name for each in spec.fields_for(setup)}
    return {name: value for name, value in values.items() if name in known}


def _likely_field(spec: PlatformSpec, setup: str) -> CredentialField | None:
    secret = [each for each in spec.fields_for(setup) if each.secret and each.required]
    return secret[0] if secret else None


def _route_words(route: Route) -> str:
    return " ".join((route.kind.value, ", ".join(route.names))).strip()
