"""Tokens over real processes: a slow token address behind a real socket, asked once for all, whoever dies meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import address, clock, postgresql, sqlite_address  # noqa: F401  found by name
from tillbridge.domain.audit import Actor, ActorKind
from tillbridge.domain.clock import SystemClock
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.tokens import TokenType
from tillbridge.platforms.shopify.simulator.simulator import ShopifySimulator
from tillbridge.platforms.shopify.simulator.tokens import AUTHORIZATION_CODE
from tillbridge.services.connections import ConnectionDraft
from tillbridge.services.house import Services
from tillbridge.settings import Settings
from tillbridge.storage import open_storage
from tillbridge.training.faults import Fault, Phase
from tillbridge.training.server import serve
from tillbridge.wiring import open_house

MAYA = Actor(ActorKind.OPERATOR, "Maya")
TOKEN_ADDRESS = "/admin/oauth/access_token"
CALLS = 100
PROCESSES = 3
SHOP = "Harbour Lane Outfitters"


@dataclass
class Several:
    """A shop whose access token has ended and whose refresh token rotates, and the processes that call with it."""

    address: str
    folder: Path
    simulator: ShopifySimulator
    slow: Fault
    lease: float = 3.0
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, number: int, calls: int) -> None:
        own = self.folder / f"process-{number}"
        own.mkdir()
        given = (self.address, str(self.folder / "keyring"), str(own), "web", str(calls), str(self.lease))
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.calling", *given,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.running.append(started)

    async def start_all(self) -> None:
        shares = [CALLS // PROCESSES + (at < CALLS % PROCESSES) for at in range(PROCESSES)]
        await asyncio.gather(*(self.start(at, each) for at, each in enumerate(shares)))

    async def said(self, *, killed: int = 0) -> Counter[str]:
        """How the calls of all living processes ended."""
        answers: Counter[str] = Counter()
        for each in self.running:
            out, errors = await each.communicate()
            if each.pid != killed:
                assert each.returncode == 0, errors.decode()[-2000:]
                answers.update(json.loads(out))
        return answers

    @asynccontextmanager
    async def house(self) -> AsyncIterator[Services]:
        async with open_house(settings_of(self.address, self.folder)) as services:
            yield services

    async def renewing(self) -> int:
        """The process that holds the lease of the renewal, once the token address was asked."""
        await eventually(lambda: self.slow.fired == 1)
        async with open_storage(self.address, SystemClock(), keyring_path=self.folder / "keyring") as storage:
            [row] = await storage._database.rows("SELECT owner FROM renewal")
        return int(row["owner"].split(":")[1])


def settings_of(place: str, folder: Path) -> Settings:
    return Settings(data_dir=folder, database_url=place, keyring=folder / "keyring")


async def eventually(look: Callable[[], bool], patience: float = 60) -> None:
    """What other processes do can only be looked at again."""
    async with asyncio.timeout(patience):
        while not look():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
async def several(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Several]:  # noqa: F811
    wanted: dict[str, Any] = getattr(request, "param", {})
    simulator = ShopifySimulator()
    async with serve([simulator]) as [served]:
        await _connect(address, tmp_path, simulator, served.base_url)
        phase: Phase = wanted.get("phase", "before")
        slow = simulator.faults.arm("slow", 99, TOKEN_ADDRESS, phase=phase, seconds=2.0)
        opened = Several(address, tmp_path, simulator, slow, wanted.get("lease", 3.0))
        yield opened
        for each in opened.running:
            if each.returncode is None:
                each.kill()
                await each.communicate()


async def _connect(place: str, folder: Path, simulator: ShopifySimulator, base_url: str) -> None:
    values = {**simulator.credentials(), "authorization_code": AUTHORIZATION_CODE}
    draft = ConnectionDraft("shopify", "web", values, "partner_app", base_url)
    async with open_house(settings_of(place, folder)) as services:
        added = await services.connections.add(draft, MAYA)
        token = await services.tokens.get_token(added)
        await services.tokens.store_token(added, TokenType.ACCESS, token.value, 0)
    simulator.expire_tokens()


SOAK = pytest.mark.soak
ON_POSTGRESQL = pytest.mark.parametrize("address", [pytest.param("sqlite", marks=SOAK), "postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("address", ["sqlite", pytest.param("postgresql", marks=SOAK)], indirect=True)


@ON_POSTGRESQL
async def test_a_hundred_calls_of_three_processes_renew_once(several: Several) -> None:
    await several.start_all()
    assert await several.said() == {"3": CALLS, SHOP: PROCESSES}
    assert several.slow.fired == 1


EACH_KILL = [
    pytest.param({"phase": "after"}, id="suite"),
    pytest.param({"phase": "before", "lease": 30.0}, id="full-before", marks=SOAK),
    pytest.param({"phase": "after", "lease": 30.0}, id="full-after", marks=SOAK),
]


@ON_SQLITE
@pytest.mark.parametrize("several", EACH_KILL, indirect=True)
async def test_a_renewing_process_that_is_killed_costs_one_more_renewal_and_no_grant(several: Several) -> None:
    await several.start_all()
    killed = await several.renewing()
    next(each for each in several.running if each.pid == killed).kill()
    answers = await several.said(killed=killed)
    assert set(answers) == {"3", SHOP}
    assert answers[SHOP] == PROCESSES - 1
    assert several.slow.fired == 2
    async with several.house() as services:
        connection = await services.connections.find("web")
        assert connection.state is not ConnectionState.NEEDS_REAUTHENTICATION
        several.slow.times = 0
        await services.tokens.refresh_now("web", MAYA)
        assert (await services.connections.test("web")).name == SHOP
