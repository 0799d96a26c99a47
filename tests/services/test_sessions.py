"""Sessions: one client per connection, its secrets hidden everywhere, its pace shared by all processes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from tests.support.clock import VirtualClock
from tests.support.databases import copy_template
from tests.support.stores import OPERATOR, Stores, open_stores
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import InvalidInput, TillbridgeError
from tillbridge.domain.specs import ECommercePlatform
from tillbridge.domain.tokens import Secret, TokenType
from tillbridge.net.redact import Redactor

PLATFORMS = ("shopify", "woocommerce")


async def test_a_session_is_the_same_until_credentials_or_settings_change(stores: Stores) -> None:
    await stores.connect("shopify")
    connection = await stores.connections.find("web")
    session = await stores.sessions.open(connection)
    assert await stores.sessions.open(replace(connection, paused=True, tested_at=stores.clock.now())) is session
    await stores.connections.reauthenticate("web", {}, OPERATOR)
    renewed = await stores.sessions.open(await stores.connections.find("web"))
    assert renewed is not session


async def test_the_platform_alone_names_the_only_store_on_it(stores: Stores) -> None:
    await stores.connect("shopify")
    service = await stores.registry.get_product_service(ECommercePlatform.SHOPIFY)
    assert await stores.registry.get_product_service(await stores.connections.find("web")) is service


async def test_opening_at_once_makes_one_session(stores: Stores) -> None:
    connection = await stores.connect("woocommerce", prepare=False)
    stores.sessions.forget(connection.id)
    opened = await asyncio.gather(*(stores.sessions.open(connection) for _ in range(10)))
    assert len({id(each) for each in opened}) == 1


async def test_another_process_speaks_with_the_stored_credentials(tmp_path: Path) -> None:
    address, clock = copy_template(tmp_path), VirtualClock()
    async with open_stores(address, tmp_path, clock) as first:
        await first.connect("shopify")
        shops = tuple(first.simulators.values())
    clock.advance(2 * 24 * 3600)
    async with open_stores(address, tmp_path, clock, shops) as second:
        assert (await second.connections.test("web")).name == "Harbour Lane Outfitters"
        access = next(each for each in await second.tokens.facts() if each.type is TokenType.ACCESS)
        assert access.generation > 1


@pytest.mark.parametrize(
    ("base_url", "insecure", "fits"),
    [
        ("http://127.0.0.1:9", False, True),
        ("https://localhost:9", False, True),
        ("http://[::1]:9", False, True),
        ("http://192.168.0.7", False, False),
        ("ftp://127.0.0.1", False, False),
        ("https://user:pw@127.0.0.1", False, False),
    ],
)
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_credential_only_goes_where_it_may(
    stores: Stores, platform: str, base_url: str, insecure: bool, fits: bool
) -> None:
    draft = replace(stores.draft(platform), base_url=base_url, insecure_http=insecure)
    with pytest.raises(TillbridgeError) as caught:
        await stores.connections.test_draft(draft)
    assert isinstance(caught.value, InvalidInput) is not fits


async def test_a_hosted_platform_is_not_spoken_to_at_another_host(stores: Stores) -> None:
    for address in ("https://evil.example", "https://harbour-lane.myshopify.com.evil.example"):
        with pytest.raises(InvalidInput):
            await stores.connections.test_draft(replace(stores.draft("shopify"), base_url=address))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything our own code logs, as the log file would get it."""
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    with caplog.at_level(logging.DEBUG):
        yield caplog
    structlog.configure(**before)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_no_secret_stands_in_database_log_error_or_view(
    stores: Stores, platform: str, tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    await stores.connect(platform)
    connection = await stores.connections.find("web")
    stores.simulators[platform].faults.arm("html", times=20)
    with pytest.raises(TillbridgeError) as caught:
        await stores.connections.test("web")
    spec = stores.connections.spec(platform)
    shown = {each.name for each in spec.fields if not each.secret}
    planted = [each for name, each in (await stores.storage.vault.secrets(connection.id)).items() if name not in shown]
    if await stores.tokens.has_valid_token(connection):
        planted.append((await stores.tokens.get_token(connection)).value)
    assert planted
    told = [
        repr(await stores.connections.get("web")), repr(await stores.tokens.facts()), repr(caught.value.card()),
        repr(await stores.sessions.open(connection)), repr(await stores.storage.audit.list()), logged.text,
        *(each.read_bytes().decode("latin-1") for each in tmp_path.iterdir() if each.name.startswith("shop.sqlite3")),
    ]  # fmt: skip
    for each in planted:
        hidden = Redactor([each])
        assert not [words for words in told if hidden.scrub(words) != words]
    assert any("Harbour Lane" in words for words in told), "the scan looked at nothing"


async def test_a_key_in_the_answer_of_a_broken_shop_is_hidden(stores: Stores) -> None:
    key = stores.simulators["woocommerce"].credentials()["consumer_secret"]
    session = await stores.sessions.open(await stores.connect("woocommerce", prepare=False))
    assert session.api.redactor.scrub(f"Fatal error near {key}") == "Fatal error near •••"


async def test_a_refresh_token_in_the_answer_of_a_broken_shop_is_hidden(stores: Stores) -> None:
    connection = await stores.connect("shopify", prepare=False)
    provider = await stores.sessions.provider(connection)
    assert provider.renew is not None
    await provider.renew(Secret("rt_planted_0123456789"))
    session = await stores.sessions.open(connection)
    assert session.api.redactor.scrub("No such grant: rt_planted_0123456789") == "No such grant: •••"


async def test_one_budget_serves_all_processes(stores: Stores) -> None:
    connection = await stores.connect("shopify", prepare=False)
    limits = stores.connections.spec("shopify").limits
    await stores.connections.preparation("web")
    await stores.storage.budgets.cool_down(connection.id, 6, stores.clock.now())
    wait = await stores.storage.budgets.permit(connection.id, limits, 1, interactive=True, now=stores.clock.now())
    assert wait > 5
    before = stores.clock.now()
    await stores.connections.preparation("web")
    assert (stores.clock.now() - before).total_seconds() > 5


async def test_a_connection_that_cannot_be_opened_is_locked_and_others_go_on(tmp_path: Path) -> None:
    from tillbridge.services.health import park_what_does_not_open

    address, clock = copy_template(tmp_path), VirtualClock()
    async with open_stores(address, tmp_path, clock) as first:
        await first.connect("shopify")
        shops = tuple(first.simulators.values())
    (tmp_path / "keyring").unlink()
    async with open_stores(address, tmp_path, clock, shops, accept_new_keyring=True) as second:
        assert await park_what_does_not_open(second.storage, second.registry.spec) == ("web",)
        await second.connect("woocommerce", "other")
        assert (await second.connections.find("web")).state is ConnectionState.LOCKED
        assert (await second.connections.find("other")).state is ConnectionState.READY
