"""Proving who we are to BigCommerce: one header, and no renewal, since a store-level token does not end."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from tillbridge.domain.tokens import Secret


class TokenHeader(httpx.Auth):
    """Signs a call with ``X-Auth-Token``. The client id is not sent: BigCommerce does not check it."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Auth-Token"] = self._token.reveal()
        yield request
