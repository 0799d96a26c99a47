"""Proving who we are to a WooCommerce shop: Basic or query over TLS, OAuth 1.0a by signature over plain http."""

from __future__ import annotations

import base64
from collections.abc import Generator
from urllib.parse import quote

import httpx
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client

from tillbridge.domain.clock import Clock
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import Session

AUTH_FACT = "auth"
BY_HEADER, BY_QUERY = "header", "query"


class KeyPair(httpx.Auth):
    """Signs each try anew by the scheme it goes over. The secret itself crosses the line only inside TLS."""

    def __init__(self, key: Secret, secret: Secret, clock: Clock, *, in_query: bool = False) -> None:
        self._key, self._secret, self._clock, self._in_query = key, secret, clock, in_query

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Header or query over https, a signature with a fresh nonce over http."""
        if request.url.scheme != "https":
            request.url = self._signed(request.method, request.url)
        elif self._in_query:
            pair = {"consumer_key": self._key.reveal(), "consumer_secret": self._secret.reveal()}
            request.url = request.url.copy_merge_params(pair)
        else:
            pair_text = f"{self._key.reveal()}:{self._secret.reveal()}"
            request.headers["Authorization"] = "Basic " + base64.b64encode(pair_text.encode()).decode()
        yield request

    def _signed(self, method: str, url: httpx.URL) -> httpx.URL:
        client = Client(
            self._key.reveal(),
            client_secret=self._secret.reveal(),
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
            timestamp=str(int(self._clock.now().timestamp())),
        )
        # oauthlib refuses characters that RFC 3986 would have escaped
        query = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in url.params.multi_items()
        )
        plain = str(url.copy_with(query=None))
        signed, _, _ = client.sign(f"{plain}?{query}" if query else plain, http_method=method)
        return httpx.URL(signed)


def key_pair(session: Session, *, in_query: bool | None = None) -> KeyPair:
    """The connection's key pair; the way over TLS as the live test found it, unless one is named."""
    chosen = session.connection.facts.get(AUTH_FACT) == BY_QUERY if in_query is None else in_query
    credentials = session.credentials
    return KeyPair(credentials["consumer_key"], credentials["consumer_secret"], session.clock, in_query=chosen)
