"""Who we are to Sylius: an administrator's login, or the refresh token of the add-on. Called by the token source."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator, Mapping
from typing import Any

import httpx

from tillbridge.domain.errors import (
    NetworkFailure,
    NotFound,
    NotTheApi,
    OutcomeUnknown,
    PlatformRefused,
    PlatformUnavailable,
    RateLimited,
    ReauthenticationNeeded,
    TillbridgeError,
    TokenRejected,
)
from tillbridge.domain.tokens import Secret, TokenGrant
from tillbridge.net.client import Answer, Dialect, Expect, Repeat, Request
from tillbridge.net.reading import json_record, retry_after
from tillbridge.net.redact import one_line
from tillbridge.platforms.contract import Session
from tillbridge.platforms.sylius import spec

LOGIN_PATH = "/api/v2/admin/administrators/token"


class Bearer(httpx.Auth):
    """Signs a call with the administrator's token."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


async def renew(session: Session, refresh: Secret | None) -> TokenGrant:
    """A new token: by refresh token where there is one, else by logging in again, once.

    Raises ReauthenticationNeeded when the login is refused, transient errors in an outage. A refresh token the shop
    no longer takes is no reason to bother a person: the kept login is used.
    """
    path = session.connection.settings.get("refresh_path", "")
    if refresh is not None and path:
        try:
            return _grant(session, await _ask(session, path, {"refresh_token": refresh.reveal()}), keep_refresh=True)
        except (TokenRejected, NotFound, PlatformRefused):
            # spent, ended, or the address is another by now: the login still stands
            pass
    login = {
        "email": session.connection.settings.get("email", ""),
        "password": session.credentials["password"].reveal(),
    }
    try:
        answer = await _ask(session, LOGIN_PATH, login)
    except TokenRejected as refused:
        raise ReauthenticationNeeded(connection=session.connection.name, request_id=refused.request_id) from refused
    return _grant(session, answer, keep_refresh=bool(path))


async def _ask(session: Session, path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
    """One call, never repeated by itself: a password that may be wrong is sent once."""
    request = Request(
        method="POST",
        path=path,
        role="login",
        action="token.renew",
        repeat=Repeat.NEVER,
        headers={"Accept": "application/json"},
        json=dict(body),
        # an outage answers with a page, which must reach the verdict
        expect=Expect.TEXT,
    )

    def judge(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
        return _verdict(answer, session)

    try:
        answer = await session.api.send(request, Dialect(judge=judge))
    except OutcomeUnknown as lost:
        # a login changes nothing in the shop, so a lost answer is an outage and no more
        raise NetworkFailure(reason=lost.params.get("evidence", ""), left="yes") from lost
    found = json_record(answer.text)
    if found is None:
        raise NotTheApi(status=answer.status, first_line=_seen(answer, session))
    return found


def _seen(answer: Answer, session: Session) -> str:
    return session.api.redactor.scrub(one_line(answer.text))


def _verdict(answer: Answer, session: Session) -> TillbridgeError | None:
    status = answer.status
    if status < 300:
        return None
    if status == 401:
        return TokenRejected(certain=True, reason=_seen(answer, session), request_id=answer.request_id)
    if status == 429:
        return RateLimited(retry_after=retry_after(answer.headers, session.clock), request_id=answer.request_id)
    if status >= 500:
        return PlatformUnavailable(status=status, request_id=answer.request_id)
    if status == 404:
        return NotFound(what="address", name="the login of a Sylius API")
    return PlatformRefused(
        field="credentials", code=status, reason=_seen(answer, session), request_id=answer.request_id
    )


def _grant(session: Session, body: Mapping[str, Any], *, keep_refresh: bool) -> TokenGrant:
    access, refresh = body.get("token"), body.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise NotTheApi(status=200, first_line="an answer without token")
    ends = body.get("refresh_token_expiration")
    claims = claims_of(access)
    grant = TokenGrant(
        access=Secret(access),
        expires_in=_life(claims),
        refresh=Secret(refresh) if keep_refresh and isinstance(refresh, str) and refresh else None,
        refresh_expires_in=ends - session.clock.now().timestamp() if isinstance(ends, int) else None,
        scopes=frozenset(str(each) for each in claims.get("roles") or ()),
    )
    for fresh in (grant.access, grant.refresh):
        if fresh:
            session.api.redactor.learn(fresh)
    return grant


def _life(claims: Mapping[str, Any]) -> float:
    """Seconds from the token's own claims: both are by the shop's clock, so ours may be wrong."""
    begins, ends = claims.get("iat"), claims.get("exp")
    if isinstance(begins, int) and isinstance(ends, int) and ends > begins:
        return float(ends - begins)
    return spec.TOKEN_LIFE.total_seconds()


def claims_of(token: str) -> Mapping[str, Any]:
    """What a token says about itself, unverified; nothing when it is not a JWT."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
