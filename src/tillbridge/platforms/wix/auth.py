"""Who we are to Wix: a new access token by the app's credentials, and the headers every call carries."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from typing import Any

import httpx

from tillbridge.domain.errors import (
    NotTheApi,
    PlatformUnavailable,
    RateLimited,
    ReauthenticationNeeded,
    TillbridgeError,
)
from tillbridge.domain.tokens import Secret, TokenGrant
from tillbridge.net.client import Answer, Dialect, Expect, Repeat, Request
from tillbridge.net.redact import one_line
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.wix import spec

_TOKEN_PATH = "/oauth2/token"


class WixHeaders(httpx.Auth):
    """The token bare, as Wix documents it; beside an API key the site it is for, and nothing else."""

    def __init__(self, token: Secret, site_id: str = "") -> None:
        self._token, self._site_id = token, site_id

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._token.reveal()
        if self._site_id:
            request.headers["wix-site-id"] = self._site_id
        yield request


def uses_key(session: Session) -> bool:
    """Whether the connection is set up with an API key."""
    return session.connection.setup == spec.SETUP_KEY


def headers(session: Session, token: Secret) -> WixHeaders:
    """What signs a call of this connection."""
    site_id = session.connection.settings.get("site_id", "") if uses_key(session) else ""
    return WixHeaders(token, site_id)


async def renew(session: Session, refresh: Secret | None) -> TokenGrant:
    """A new token of four hours; older ones stay good. An API key stands for itself.

    Raises WrongCredentials naming the field, ReauthenticationNeeded when the app is no longer on the site, and
    transient errors in an outage.
    """
    if uses_key(session):
        return TokenGrant(access=session.credentials["api_key"], expires_in=None)
    asked = {
        "grant_type": "client_credentials",
        "client_id": session.connection.settings["app_id"],
        "client_secret": session.credentials["app_secret"].reveal(),
        "instance_id": session.connection.settings["instance_id"],
    }
    request = Request(
        method="POST",
        path=_TOKEN_PATH,
        role="login",
        action="token.renew",
        repeat=Repeat.SAFE,
        json=asked,
        # a refusal may come as a page, and must reach the verdict
        expect=Expect.TEXT,
    )
    answer = await session.api.send(request, Dialect(judge=lambda answer, _: _verdict(answer, session)))
    grant = _grant(answer)
    session.api.redactor.learn(grant.access)
    return grant


def _json(text: str) -> Mapping[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _verdict(answer: Answer, session: Session) -> TillbridgeError | None:
    """Dead grant, wrong field or outage."""
    if answer.status < 300:
        return None
    if answer.status == 429:
        return RateLimited(request_id=answer.request_id)
    if answer.status >= 500:
        return PlatformUnavailable(status=answer.status, request_id=answer.request_id)
    body = _json(answer.text)
    if not body:
        return NotTheApi(status=answer.status, first_line=one_line(answer.text))
    return _refusal(answer, f"{body.get('error', '')} {body.get('error_description', '')}".lower(), session)


def _refusal(answer: Answer, words: str, session: Session) -> TillbridgeError:
    """The exact codes are not documented, so the words decide which field is meant."""
    if "instance" in words or "invalid_grant" in words:
        if session.connection.tested_at is None:
            return wrong_field(spec.FIELDS, "instance_id", answer.request_id)
        return ReauthenticationNeeded(connection=session.connection.name, request_id=answer.request_id)
    if "client id" in words or "client_id" in words or answer.status == 404:
        return wrong_field(spec.FIELDS, "app_id", answer.request_id)
    return wrong_field(spec.FIELDS, "app_secret", answer.request_id)


def _grant(answer: Answer) -> TokenGrant:
    body = _json(answer.text)
    access, life = body.get("access_token"), body.get("expires_in")
    if not isinstance(access, str) or not access:
        raise NotTheApi(status=answer.status, first_line="no access_token" if body else one_line(answer.text))
    if not isinstance(life, int | float) or isinstance(life, bool):
        # without a life told, the documented one holds
        life = spec.TOKEN_LIFE.total_seconds()
    return TokenGrant(Secret(access), float(life))
