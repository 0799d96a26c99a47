"""Trying credentials before anything is saved: the form checked, then the shop asked who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection, ShopFacts
from tillbridge.domain.errors import TokenRejected, WrongCredentials
from tillbridge.domain.specs import CredentialField, PlatformSpec
from tillbridge.domain.tokens import Token, TokenType
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.services import drafts
from tillbridge.services.drafts import ConnectionDraft
from tillbridge.services.sessions import Sessions, Trial


@dataclass(frozen=True, slots=True)
class Tried:
    """A draft whose live test passed, with the tokens it brought."""

    draft: ConnectionDraft
    facts: ShopFacts
    tokens: Mapping[TokenType, Token]


class Trials:
    """Remembers the last test that passed: some grants are good for one exchange only, so it is not made twice."""

    def __init__(self, registry: PlatformServiceRegistry, sessions: Sessions, clock: Clock) -> None:
        self._registry, self._sessions, self._clock = registry, sessions, clock
        self._last: Tried | None = None

    async def of(self, draft: ConnectionDraft, spec: PlatformSpec) -> Tried:
        """A completed draft's test: the last one when only the name was changed since, else made now."""
        last = self._last
        if last is not None and replace(last.draft, name=draft.name) == draft:
            return last
        return await self.now(draft, spec)

    async def now(self, draft: ConnectionDraft, spec: PlatformSpec) -> Tried:
        """Ask the shop.

        Raises InvalidInput naming the field before anything is sent; WrongCredentials naming the field after.
        """
        drafts.check(draft, spec)
        self._last = None
        connection = drafts.connection_of(draft, spec, self._clock.now())
        async with self._sessions.trial(connection, drafts.secrets_of(draft, spec)) as trial:
            facts = await self.ask(connection, spec, trial)
            self._last = Tried(draft, facts, dict(trial.tokens.kept))
        return self._last

    async def ask(self, connection: Connection, spec: PlatformSpec, trial: Trial) -> ShopFacts:
        """The live test; a plain 401 is put into words with the field it is most likely about."""
        try:
            return await self._registry.platform(spec.slug).shop(trial.session).test()
        except TokenRejected as error:
            likely = _likely_field(spec, connection.setup)
            if likely is None:
                raise
            raise WrongCredentials(
                field=likely.title, where=likely.where_to_find, request_id=error.request_id
            ) from error

    def forget(self) -> None:
        """What was tried is saved; its secrets need not stay here."""
        self._last = None


def _likely_field(spec: PlatformSpec, setup: str) -> CredentialField | None:
    secret = [each for each in spec.fields_for(setup) if each.secret and each.required]
    return secret[0] if secret else None
