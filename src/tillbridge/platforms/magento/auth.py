"""Who we are to a Magento shop: the admin login and its token, and the signatures of an integration."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Generator
from datetime import datetime
from urllib.parse import quote

import httpx
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_AUTH_HEADER, Client

from tillbridge.domain.clock import Clock
from tillbridge.domain.errors import (
    AuthError,
    InvalidInput,
    NetworkFailure,
    NotTheApi,
    OutcomeUnknown,
    PlatformRefused,
    ReauthenticationNeeded,
    TillbridgeError,
    TokenRejected,
    WrongCredentials,
)
from tillbridge.domain.tokens import Secret, Token, TokenGrant
from tillbridge.net.client import Answer, Dialect, Repeat, Request
from tillbridge.net.verdicts import wrong_field
from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import dialect, spec

AUTH_FACT = "auth"
BY_SIGNATURE, BY_BEARER = "signature", "bearer"
_LOGIN = "/rest/V1/integration/admin/token"
_LOGIN_2FA = "/rest/V1/tfa/provider/google/authenticate"
_PROBE = "/rest/V1/store/storeConfigs"
_OPAQUE_LIFE = 4 * 3600.0
_STEP = 30


class Bearer(httpx.Auth):
    """Sends the token in the clear, which is what Magento wants inside TLS."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


class Signature(httpx.Auth):
    """Signs each try anew by OAuth 1.0a with HMAC-SHA256; the shop takes a nonce once. No secret crosses the line."""

    def __init__(self, session: Session, token: Secret) -> None:
        self._keys, self._token, self._clock = session.credentials, token, session.clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        client = Client(
            self._keys["consumer_key"].reveal(),
            client_secret=self._keys["consumer_secret"].reveal(),
            resource_owner_key=self._token.reveal(),
            resource_owner_secret=self._keys["access_token_secret"].reveal(),
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_AUTH_HEADER,
            timestamp=str(int(self._clock.now().timestamp())),
        )
        # bodies are not signed, and oauthlib refuses brackets that are not escaped
        query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in _pairs(request.url))
        plain = str(request.url.copy_with(query=None))
        _, headers, _ = client.sign(f"{plain}?{query}" if query else plain, http_method=request.method)
        request.headers["Authorization"] = headers["Authorization"]
        yield request


def _pairs(url: httpx.URL) -> list[tuple[str, str]]:
    return list(url.params.multi_items())


def signs(session: Session) -> bool:
    """Whether calls are signed: an integration with all four keys, unless the live test found that it does not work."""
    return is_integration(session) and _has_keys(session) and session.connection.facts.get(AUTH_FACT) != BY_BEARER


def is_integration(session: Session) -> bool:
    """Whether the connection speaks as an integration."""
    return session.connection.setup == spec.SETUP_INTEGRATION


def _has_keys(session: Session) -> bool:
    return all(session.credentials.get(name) for name in ("consumer_key", "consumer_secret", "access_token_secret"))


def check_keys(session: Session) -> None:
    """Raises InvalidInput when only some of the signing keys were given."""
    names = ("consumer_key", "consumer_secret", "access_token_secret")
    given = [name for name in names if session.credentials.get(name)]
    if is_integration(session) and given and len(given) < len(names):
        missing = next(each for each in spec.FIELDS if each.name in names and each.name not in given)
        raise InvalidInput(field=missing.title, reason="is needed together with the other keys", name=missing.name)


async def renew(session: Session, refresh: Secret | None) -> TokenGrant:
    """A new admin token by the stored login; an integration's token does not end and is only proved.

    Raises WrongCredentials naming the field at the first login, ReauthenticationNeeded once it had worked before, and
    transient errors in an outage. The login is sent once per call, whatever happens: accounts lock.
    """
    if is_integration(session):
        return await _prove(session)
    try:
        token = await _log_in(session)
    except OutcomeUnknown as error:
        raise NetworkFailure(reason=error.params["evidence"], left="yes") from error
    except WrongCredentials as error:
        raise _refused(session, error) from error
    session.api.redactor.learn(token)
    return TokenGrant(access=token, expires_in=_life(token.reveal(), session.clock.now()))


async def _log_in(session: Session) -> Secret:
    login = {
        "username": session.connection.settings.get("username", ""),
        "password": session.credentials["password"].reveal(),
    }
    path, seed = _LOGIN, session.credentials.get("totp_secret")
    if seed:
        path, login["otp"] = _LOGIN_2FA, one_time_code(seed, session.clock)
    request = Request(
        method="POST", path=path, role="login", action="token.renew", repeat=Repeat.NEVER, json=login
    )  # fmt: skip
    answer = await session.api.send(request, Dialect(judge=_judge_login))
    if not isinstance(answer.body, str) or not answer.body:
        raise NotTheApi(status=answer.status, first_line="an answer without a token")
    return Secret(answer.body)


def _judge_login(answer: Answer, repeat: Repeat) -> TillbridgeError | None:
    said = dialect.words_of(dialect.body_of(answer))
    if answer.status == 401:
        return wrong_field(spec.FIELDS, "password", answer.request_id)
    if answer.status == 400 and "2fa" in said.lower():
        return wrong_field(spec.FIELDS, "totp_secret", answer.request_id)
    found = dialect.judge(answer, repeat)
    if isinstance(found, PlatformRefused) and "otp" in found.params["reason"].lower():
        return wrong_field(spec.FIELDS, "totp_secret", answer.request_id)
    return found


async def alive(session: Session, token: Token) -> bool:
    """Whether the shop knows a token, asked by what every connection of ours may read."""
    try:
        await _read_shop(session, token.value, "token.alive")
    except TokenRejected:
        return False
    return True


async def _read_shop(session: Session, token: Secret, action: str) -> None:
    by_signature = signs(session)
    request = Request(
        method="GET", path=_PROBE, action=action, repeat=Repeat.SAFE,
        auth=Signature(session, token) if by_signature else Bearer(token),
    )  # fmt: skip
    await session.api.send(request, dialect.SIGNED if by_signature else dialect.BEARER)


async def _prove(session: Session) -> TokenGrant:
    """The integration's own token again, if the shop still knows it."""
    token = session.credentials["access_token"]
    try:
        await _read_shop(session, token, "token.prove")
    except TokenRejected as error:
        raise _refused(session, wrong_field(spec.FIELDS, "access_token", error.request_id)) from error
    except WrongCredentials as error:
        raise _refused(session, error) from error
    return TokenGrant(access=token, expires_in=None)


def _refused(session: Session, error: WrongCredentials) -> AuthError:
    """Wrong as typed, while the connection was never tested well; afterwards a grant that died."""
    if session.connection.facts or session.connection.tested_at:
        return ReauthenticationNeeded(connection=session.connection.name, request_id=error.request_id)
    return error


def _life(token: str, now: datetime) -> float:
    """Seconds left by the token's own word; older shops give a token that says nothing and lives four hours."""
    try:
        claims = token.split(".")[1]
        told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        # by the shop's own two clocks, so that a difference to ours does not matter
        return max(0.0, float(told["exp"]) - float(told.get("iat") or now.timestamp()))
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return _OPAQUE_LIFE


def one_time_code(seed: Secret, clock: Clock) -> str:
    """The six digits of this half minute, by RFC 6238."""
    text = seed.reveal().replace(" ", "").rstrip("=").upper()
    try:
        key = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error as error:
        raise wrong_field(spec.FIELDS, "totp_secret") from error
    counter = int(clock.now().timestamp()) // _STEP
    digest = hmac.digest(key, counter.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
