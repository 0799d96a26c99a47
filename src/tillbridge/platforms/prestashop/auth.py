"""Proving who we are to a PrestaShop shop: the key as user name, or in the query where the host strips the header."""

from __future__ import annotations

import base64
from collections.abc import Generator

import httpx

from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session

AUTH_FACT = "auth"
BY_HEADER, BY_QUERY = "header", "query"


class WebserviceKey(httpx.Auth):
    """Basic with an empty password. In the query the key lands in the server's logs, so only where it must be.

    The cookies every answer brings stay here: sent back they would tie calls to a visitor's session.
    """

    def __init__(self, key: Secret, *, in_query: bool = False) -> None:
        self._key, self._in_query = key, in_query

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.pop("Cookie", None)
        if self._in_query:
            request.url = request.url.copy_merge_params({"ws_key": self._key.reveal()})
        else:
            pair = f"{self._key.reveal()}:".encode()
            request.headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        yield request


def webservice_key(session: Session, key: Secret, *, in_query: bool | None = None) -> WebserviceKey:
    """The way the live test found to work, unless one is named."""
    chosen = session.connection.facts.get(AUTH_FACT) == BY_QUERY if in_query is None else in_query
    return WebserviceKey(key, in_query=chosen)
