"""Who we are to Shopify: the grants of each setup, and the header every call carries. Called by the token source."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import httpx

from tillbridge.domain.consent import code_of
from tillbridge.domain.errors import (
    NotTheApi,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    ReauthenticationNeeded,
    ShopClosed,
    TillbridgeError,
    WrongCredentials,
)
from tillbridge.domain.tokens import Secret, TokenGrant
from tillbridge.net.client import Answer, Dialect, Expect, Repeat, Request
from tillbridge.net.reading import json_record
from tillbridge.net.redact import one_line
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.shopify import spec

_TOKEN_PATH = "/admin/oauth/access_token"


class AccessHeader(httpx.Auth):
    """Signs a call with ``X-Shopify-Access-Token``, the only header Shopify reads a token from."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Shopify-Access-Token"] = self._token.reveal()
        yield request


async def renew(session: Session, refresh: Secret | None) -> TokenGrant:
    """A new access token by the connection's setup.

    Raises WrongCredentials naming the field, ReauthenticationNeeded for a spent grant, and transient errors in an
    outage. Repeating a lost refresh is safe: the old refresh token stays good until the new one is used.
    """
    setup = session.connection.setup or spec.SETUP_OWN_APP
    if setup == spec.SETUP_LEGACY:
        return TokenGrant(access=session.credentials["legacy_token"], expires_in=None)
    form = {
        "client_id": session.credentials["client_id"].reveal(),
        "client_secret": session.credentials["client_secret"].reveal(),
    }
    if setup == spec.SETUP_PARTNER:
        form |= _partner_grant(session, refresh)
    else:
        form["grant_type"] = "client_credentials"
    grant = _grant(await _ask(session, form))
    for fresh in (grant.access, grant.refresh):
        if fresh:
            session.api.redactor.learn(fresh)
    return grant


def _partner_grant(session: Session, refresh: Secret | None) -> Mapping[str, str]:
    if refresh is not None:
        return {"grant_type": "refresh_token", "refresh_token": refresh.reveal()}
    code = session.credentials.get("authorization_code")
    if not code:
        raise ReauthenticationNeeded(connection=session.connection.name)
    return {"code": code_of(code.reveal()).reveal(), "expiring": "1"}


async def _ask(session: Session, form: Mapping[str, str]) -> Mapping[str, Any]:
    def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
        return _verdict(answer, form, session.connection.name)

    request = Request(
        method="POST",
        path=_TOKEN_PATH,
        role="login",
        action="token.renew",
        repeat=Repeat.SAFE,
        form=form,
        # refusals come as pages, which must reach the verdict
        expect=Expect.TEXT,
    )
    answer = await session.api.send(request, Dialect(judge=judge))
    body = json_record(answer.text)
    if body is None:
        raise NotTheApi(status=answer.status, first_line=one_line(answer.text))
    return body


def _verdict(answer: Answer, form: Mapping[str, str], connection: str) -> TillbridgeError | None:
    """Dead grant, wrong field or outage. The page of a refused client credentials grant is text, not JSON."""
    status = answer.status
    if status < 300:
        return None
    if status == 429:
        return RateLimited(request_id=answer.request_id)
    if status >= 500:
        return PlatformUnavailable(status=status, request_id=answer.request_id)
    if status in (402, 423, 430):
        return ShopClosed(status=status, request_id=answer.request_id)
    return _refusal(answer, form, connection)


def _refusal(answer: Answer, form: Mapping[str, str], connection: str) -> TillbridgeError:
    body = json_record(answer.text) or {}
    words = f"{body.get('error', '')} {body.get('error_description', '')} {answer.text}"
    if "shop_not_permitted" in words:
        return _not_permitted(answer)
    if "application_cannot_be_found" in words or "invalid_client_id" in words:
        return wrong_field(spec.FIELDS, "client_id", answer.request_id)
    if "invalid_grant" in words or ("invalid_request" in words and "code" in form):
        return ReauthenticationNeeded(connection=connection, request_id=answer.request_id)
    if answer.status == 404:
        return wrong_field(spec.FIELDS, "shop", answer.request_id)
    if answer.status in (400, 401, 403):
        return wrong_field(spec.FIELDS, "client_secret", answer.request_id)
    return PlatformRefused(
        field="credentials", code=answer.status, reason=one_line(answer.text), request_id=answer.request_id
    )


def _not_permitted(answer: Answer) -> TillbridgeError:
    where = "the app must belong to the organisation that owns the shop and be installed there: " + spec.DASHBOARD
    return WrongCredentials(field="App installation", where=where, request_id=answer.request_id)


def _grant(body: Mapping[str, Any]) -> TokenGrant:
    access = body.get("access_token")
    if not isinstance(access, str) or not access:
        raise NotTheApi(status=200, first_line="an answer without access_token")
    refresh, scope = body.get("refresh_token"), body.get("scope")
    return TokenGrant(
        access=Secret(access),
        expires_in=_seconds(body.get("expires_in")),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else None,
        refresh_expires_in=_seconds(body.get("refresh_token_expires_in")),
        scopes=frozenset(scope.replace(" ", ",").split(",")) - {""} if isinstance(scope, str) else None,
    )


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
