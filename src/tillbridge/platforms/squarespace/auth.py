"""Proving who we are to Squarespace: one bearer for key and token, the consent page, and grants that are spent once."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from tillbridge.domain.consent import code_of
from tillbridge.domain.errors import (
    NotTheApi,
    OutcomeUnknown,
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
from tillbridge.platforms.squarespace import spec

_TOKENS = "/api/1/login/oauth/provider/tokens"
_DENIED = (400, 401, 403)


class Bearer(httpx.Auth):
    """Signs a call; keys and access tokens go the same way."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


class _Client(httpx.Auth):
    """Signs a call to the token host: Basic with the extension's own pair."""

    def __init__(self, client_id: Secret, client_secret: Secret) -> None:
        self._pair = (client_id, client_secret)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        pair = ":".join(each.reveal() for each in self._pair)
        request.headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        yield request


def by_key(session: Session) -> bool:
    """Whether the connection speaks with an API key."""
    return session.connection.setup != spec.SETUP_OAUTH


async def renew(session: Session, refresh: Secret | None) -> TokenGrant:
    """A new access token, or the API key itself, which does not end.

    The refresh token is spent by asking: it is sent once, and the grant's own must be stored before the access token
    is used. Raises WrongCredentials for a first grant that is refused, ReauthenticationNeeded for a dead one,
    PlatformUnavailable in an outage, after which the same token may be tried again.
    """
    if by_key(session):
        return TokenGrant(access=session.credentials["api_key"], expires_in=None)
    try:
        body = await _ask(session, _grant_body(session, refresh))
    except OutcomeUnknown as error:
        # whether it was spent shows when it is tried again
        raise PlatformUnavailable(status="no answer", request_id=error.request_id) from error
    grant = _grant(body, session)
    for fresh in (grant.access, grant.refresh):
        if fresh:
            session.api.redactor.learn(fresh)
    return grant


def _grant_body(session: Session, refresh: Secret | None) -> Mapping[str, str]:
    if refresh is not None:
        return {"grant_type": "refresh_token", "refresh_token": refresh.reveal()}
    answer = session.credentials.get("authorization_code")
    if not answer:
        raise ReauthenticationNeeded(connection=session.connection.name)
    return {
        "grant_type": "authorization_code",
        "code": code_of(answer.reveal()).reveal(),
        "redirect_uri": session.connection.settings["redirect_uri"],
    }


async def _ask(session: Session, body: Mapping[str, str]) -> Mapping[str, Any]:
    def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
        return _verdict(answer, body["grant_type"], session.connection.name)

    request = Request(
        method="POST",
        path=_TOKENS,
        role="login",
        action="token.renew",
        repeat=Repeat.NEVER,
        json=body,
        auth=_Client(session.credentials["client_id"], session.credentials["client_secret"]),
        # refusals may come as pages, which must reach the verdict
        expect=Expect.TEXT,
    )
    answer = await session.api.send(request, Dialect(judge=judge))
    try:
        told = json.loads(answer.text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise NotTheApi(status=answer.status, first_line=one_line(answer.text))
    return told


def _verdict(answer: Answer, grant_type: str, connection: str) -> TillbridgeError | None:
    """Dead grant, wrong field or outage. The host says nothing that tells a wrong secret from a spent code."""
    status = answer.status
    if status < 300:
        return None
    if status == 429:
        return RateLimited(request_id=answer.request_id)
    if status not in _DENIED:
        return PlatformUnavailable(status=status, request_id=answer.request_id)
    if grant_type == "refresh_token":
        return ReauthenticationNeeded(connection=connection, request_id=answer.request_id)
    likely = "authorization_code" if status == 400 else "client_secret"
    return wrong_field(spec.SPEC.fields_for(spec.SETUP_OAUTH), likely, answer.request_id)


def _grant(body: Mapping[str, Any], session: Session) -> TokenGrant:
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise NotTheApi(status=200, first_line="an answer without access_token")
    return TokenGrant(
        access=Secret(access),
        expires_in=_seconds_until(body.get("access_token_expires_at"), session),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else None,
        refresh_expires_in=_seconds_until(body.get("refresh_token_expires_at"), session),
    )


def _seconds_until(value: Any, session: Session) -> float | None:
    """From a unix moment with a fraction, written as text, on the platform's own clock."""
    if value is None:
        return None
    try:
        ends = Decimal(str(value))
    except InvalidOperation as error:
        raise NotTheApi(status=200, first_line=f"a token that ends at {value}") from error
    theirs = session.clock.now().timestamp() + (session.api.clock_skew or 0.0)
    return float(ends) - theirs
