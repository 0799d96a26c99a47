"""Simulators behind real sockets: faults break the very line, TLS works, a taken port is said so."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from tests.training.kiosk import Kiosk, sell
from tillbridge.training.server import serve

SOON = httpx.Timeout(5, read=0.3)


@pytest.mark.parametrize(
    ("fault", "failure", "booked"),
    [
        ("reset", httpx.ReadError, 0), ("timeout_before_commit", httpx.ReadTimeout, 0),
        ("timeout_after_commit", httpx.ReadTimeout, 1), ("truncated", httpx.RemoteProtocolError, 1),
    ],
)  # fmt: skip
async def test_a_fault_breaks_the_line(fault: str, failure: type[httpx.TransportError], booked: int) -> None:
    kiosk = Kiosk()
    kiosk.faults.arm(fault)
    async with serve([kiosk]) as [served], httpx.AsyncClient(base_url=served.base_url, timeout=SOON) as shop:
        with pytest.raises(failure):
            await sell(shop)
        assert len(kiosk.sales) == booked
        assert (await sell(shop)).json()["number"] == booked + 1, "the next call goes well"


async def test_each_simulator_has_its_own_port_and_its_own_books() -> None:
    one, two = Kiosk(), Kiosk()
    async with serve([one, two]) as served, httpx.AsyncClient() as shop:
        first, second = (each.base_url for each in served)
        assert first != second
        await shop.post(f"{second}/sales", json={"reference": "A1"})
    assert (one.sales, two.sales) == ([], ["A1"])


async def test_over_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    kiosk = Kiosk()
    kiosk.faults.arm("reset")
    async with serve([kiosk], certificate=certificate, key=key) as [served]:
        assert served.base_url.startswith("https://127.0.0.1:")
        async with httpx.AsyncClient(base_url=served.base_url, verify=trust) as shop:
            with pytest.raises(httpx.ReadError):
                await sell(shop)
            assert (await sell(shop)).status_code == 201


async def test_a_taken_port_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with serve([Kiosk()], taken.getsockname()[1]):
            pass


async def test_the_port_is_free_again_when_serving_ends() -> None:
    async with serve([Kiosk()]) as [served]:
        port = int(served.base_url.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)) as again:
        assert again.getsockname()[1] == port
