"""Consent in a browser: an address with all it needs, an answer of this request alone, caught on loopback."""

from __future__ import annotations

import socket
from dataclasses import replace

import httpx
import pytest

from tests.support.stores import OPERATOR, Stores
from tillbridge.domain.connections import ConnectionState
from tillbridge.domain.errors import InvalidInput
from tillbridge.platforms.shopify.simulator import tokens as simulated
from tillbridge.services.connections import ConnectionDraft
from tillbridge.services.consent import ConsentRequest, listening

PARTNER = "partner_app"


def _partner(stores: Stores, **values: str) -> ConnectionDraft:
    shop = stores.simulators["shopify"].credentials()["shop"]
    typed = {"shop": shop, "client_id": simulated.CLIENT_ID, "client_secret": simulated.CLIENT_SECRET, **values}
    return ConnectionDraft("shopify", "web", typed, PARTNER)


def _request(redirect: str) -> ConsentRequest:
    return ConsentRequest("https://login.example/authorize", "authorization_code", redirect, "our-word")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def test_the_page_is_asked_for_with_what_was_typed(stores: Stores) -> None:
    request = stores.connections.request_consent(_partner(stores))
    address = httpx.URL(request.address)
    assert address.host == stores.simulators["shopify"].credentials()["shop"]
    assert address.params["client_id"] == simulated.CLIENT_ID
    assert len(address.params["state"]) >= 16
    again = stores.connections.request_consent(_partner(stores))
    assert httpx.URL(again.address).params["state"] != address.params["state"]


async def test_what_the_page_needs_is_named_before_it_is_opened(stores: Stores) -> None:
    with pytest.raises(InvalidInput) as caught:
        stores.connections.request_consent(_partner(stores, client_id=""))
    assert caught.value.params["field"] == "Client ID"
    with pytest.raises(InvalidInput) as caught:
        stores.connections.request_consent(_partner(stores, shop=""))
    assert caught.value.params["field"] == "Shop domain"
    with pytest.raises(InvalidInput):
        stores.connections.request_consent(stores.draft("shopify"))


async def test_an_answer_that_was_tested_is_not_spent_again_by_saving(stores: Stores) -> None:
    """The code is good once; a name typed after the test changes nothing about it."""
    draft = _partner(stores)
    state = httpx.URL(stores.connections.request_consent(draft).address).params["state"]
    back = f"https://app.example.com/?code={simulated.AUTHORIZATION_CODE}&state={state}"
    draft = replace(draft, values={**draft.values, "authorization_code": back})
    await stores.connections.test_draft(draft)
    added = await stores.connections.add(replace(draft, name="Harbour"), OPERATOR)
    assert (added.name, added.state) == ("Harbour", ConnectionState.CONNECTED)


async def test_a_browser_that_comes_back_brings_the_answer() -> None:
    request = _request(f"http://127.0.0.1:{_free_port()}/back")
    assert request.comes_back_here
    async with listening(request) as answer, httpx.AsyncClient() as browser:
        foreign = await browser.get(f"{request.redirect}?code=theirs&state=their-word")
        assert (foreign.status_code, "another request" in foreign.text) == (400, True)
        denied = await browser.get(f"{request.redirect}?error=access_denied&state=our-word")
        assert denied.status_code == 400
        assert (await browser.get(request.redirect.replace("/back", "/else"))).status_code == 404
        ours = await browser.get(f"{request.redirect}?code=ours&state=our-word")
        assert (ours.status_code, "Close this page" in ours.text) == (200, True)
        assert "code=ours" in await answer()
    async with httpx.AsyncClient() as browser:
        with pytest.raises(httpx.ConnectError):
            await browser.get(request.redirect)


async def test_a_taken_port_is_said_and_pasting_still_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        request = _request(f"http://127.0.0.1:{taken.getsockname()[1]}/back")
        with pytest.raises(InvalidInput, match="paste"):
            async with listening(request):
                pass
    assert request.judged(" https://x.example/?code=c&state=our-word ") == "https://x.example/?code=c&state=our-word"


@pytest.mark.parametrize("redirect", ["https://till.example.com/sq", "http://127.0.0.1/no-port", ""])
def test_an_address_elsewhere_is_only_pasted(redirect: str) -> None:
    assert not _request(redirect).comes_back_here
