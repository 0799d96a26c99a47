"""What a refused token means: it died, its grant died, or a right is missing; each told apart before a person is."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.support.granting import Grantor
from tests.support.stores import Stores
from tillbridge.domain.connections import Connection, ConnectionState
from tillbridge.domain.errors import (
    MissingPermission,
    NetworkFailure,
    PlatformUnavailable,
    ReauthenticationNeeded,
    TillbridgeError,
    TokenRejected,
    WrongCredentials,
)
from tillbridge.domain.tokens import Secret, Token, TokenType
from tillbridge.services.tokens import TokenService


def certain() -> TokenRejected:
    return TokenRejected(reason="revoked")


def doubtful() -> TokenRejected:
    return TokenRejected(certain=False, reason="cannot view orders")


async def _state(stores: Stores, connection: Connection) -> ConnectionState:
    return (await stores.storage.connections.get(connection.id)).state


async def test_a_dead_token_is_renewed_once_and_the_call_repeated_once(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    grantor.rejects = [certain()]
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "access-1"
    assert grantor.called_with == ["access-0", "access-1"]


async def test_a_fresh_token_that_is_dead_too_is_tried_again_later(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    """A grant that was renewed a moment ago is alive, so nobody is asked for credentials."""
    grantor.rejects = [certain(), certain()]
    with pytest.raises(PlatformUnavailable):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert len(grantor.asked_with) == 1
    assert await _state(stores, web) is ConnectionState.READY
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "access-1"


async def test_three_tokens_in_a_row_that_are_dead_need_a_person(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    grantor.rejects = [certain() for _ in range(4)]
    with pytest.raises(PlatformUnavailable):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    with pytest.raises(ReauthenticationNeeded):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert grantor.called_with == ["access-0", "access-1", "access-1", "access-2"]
    assert await _state(stores, web) is ConnectionState.NEEDS_REAUTHENTICATION


async def test_a_token_that_worked_in_between_ends_the_row(stores: Stores, web: Connection, grantor: Grantor) -> None:
    for _ in range(5):
        grantor.rejects = [certain(), certain()]
        with pytest.raises(PlatformUnavailable):
            await stores.tokens.with_token_refresh(web, grantor.operation)
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert await _state(stores, web) is ConnectionState.READY


async def test_a_doubtful_refusal_is_one_renewal_for_each_generation_then_a_missing_permission(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    for _ in range(4):
        grantor.rejects = [doubtful(), doubtful()]
        with pytest.raises(MissingPermission) as caught:
            await stores.tokens.with_token_refresh(web, grantor.operation)
        assert "cannot view orders" in caught.value.card().explanation
    assert len(grantor.asked_with) == 1
    assert await _state(stores, web) is ConnectionState.READY


async def test_a_token_born_of_a_doubt_that_worked_since_may_be_doubted_anew(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    """Tokens end early more than once in a shop's life; each time the sales go on."""
    for number in range(1, 6):
        grantor.rejects = [doubtful()]
        assert await stores.tokens.with_token_refresh(web, grantor.operation) == f"access-{number}"
    assert await _state(stores, web) is ConnectionState.READY


@dataclass
class Teller:
    """A platform that can be asked whether a token lives. ``asked``: with which tokens."""

    lives: bool | TillbridgeError
    asked: list[str] = field(default_factory=list)

    async def alive(self, token: Token) -> bool:
        self.asked.append(token.value.reveal())
        if isinstance(self.lives, TillbridgeError):
            raise self.lives
        return self.lives


async def test_a_doubt_is_settled_by_asking_where_the_platform_can_tell(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    teller = Teller(lives=True)
    stores.tokens.register_token_provider(web, grantor.renew, alive=teller.alive)
    grantor.rejects = [doubtful()]
    with pytest.raises(MissingPermission, match="cannot view orders"):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert (teller.asked, grantor.asked_with) == (["access-0"], []), "a token that lives is not renewed"


async def test_a_token_that_is_told_to_be_dead_twice_is_no_missing_permission(
    stores: Stores, web: Connection, grantor: Grantor
) -> None:
    teller = Teller(lives=False)
    stores.tokens.register_token_provider(web, grantor.renew, alive=teller.alive)
    grantor.rejects = [doubtful(), doubtful()]
    with pytest.raises(PlatformUnavailable):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert teller.asked == ["access-0", "access-1"]
    assert await stores.tokens.with_token_refresh(web, grantor.operation) == "access-1"


async def test_a_doubt_nobody_answers_is_put_off(stores: Stores, web: Connection, grantor: Grantor) -> None:
    teller = Teller(lives=NetworkFailure(reason="no route"))
    stores.tokens.register_token_provider(web, grantor.renew, alive=teller.alive)
    grantor.rejects = [doubtful()]
    with pytest.raises(NetworkFailure):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert grantor.asked_with == []


@dataclass
class Lasting:
    """A platform whose key does not end, and what its live test says of it."""

    probed: TillbridgeError | None
    probes: int = 0

    async def probe(self) -> TillbridgeError | None:
        self.probes += 1
        return self.probed


@pytest.mark.parametrize(
    ("certain", "probed", "expected"),
    [
        (True, None, ReauthenticationNeeded),
        (False, None, MissingPermission),
        (False, WrongCredentials(field="Key", where="settings"), ReauthenticationNeeded),
        (False, NetworkFailure(reason="no route"), NetworkFailure),
    ],
)
async def test_a_key_that_cannot_be_renewed_is_probed_when_the_shop_leaves_doubt(
    stores: Stores, web: Connection, certain: bool, probed: TillbridgeError | None, expected: type[TillbridgeError]
) -> None:
    lasting, grantor = Lasting(probed), Grantor()
    stores.tokens.register_token_provider(web, None, lasting.probe)
    await stores.tokens.store_token(web, TokenType.API_KEY, Secret("ck_1234567"))
    grantor.rejects = [TokenRejected(certain=certain, reason="cannot view")]
    with pytest.raises(expected):
        await stores.tokens.with_token_refresh(web, grantor.operation)
    assert lasting.probes == (0 if certain else 1)
    dead = await _state(stores, web) is ConnectionState.NEEDS_REAUTHENTICATION
    assert dead is (expected is ReauthenticationNeeded)


async def test_a_late_refusal_of_an_old_token_starts_no_row(stores: Stores, web: Connection, grantor: Grantor) -> None:
    """Another process may hear of the old token's end when the new one has long been at work."""
    grantor.rejects = [certain()]
    old = await stores.tokens.get_token(web)
    await stores.tokens.with_token_refresh(web, grantor.operation)

    async def late(token: Token) -> str:
        if token.generation == old.generation:
            raise certain()
        return await grantor.operation(token)

    other = TokenService(stores.storage, stores.clock, lambda fact: None, "other")
    other.register_token_provider(web, grantor.renew)
    for _ in range(4):
        grantor.rejects = [certain(), certain()]
        with pytest.raises(PlatformUnavailable):
            await other.with_token_refresh(web, late)
        assert await stores.tokens.with_token_refresh(web, late)
    assert await _state(stores, web) is ConnectionState.READY
