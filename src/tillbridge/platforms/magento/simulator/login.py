"""Who asks: admin tokens that are JWTs, the second factor, and integrations by OAuth 1.0a or bearer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from .rest import ANYBODY, Call, Caller, Fault, Route, required, route

if TYPE_CHECKING:
    from .state import Shop

_LOCKED_FOR = timedelta(minutes=30)
_MOST_FAILURES = 6
_KEY = b"a made-up shop's crypt key"
_SIGN_IN = "The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later."
_PAIR = re.compile(r'(\w+)="([^"]*)"')
_CLOCKS_APART = 600


@dataclass(slots=True)
class User:
    """An admin account; ``resources`` None: all."""

    username: str
    password: str
    resources: frozenset[str] | None = None
    totp: str = ""
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(slots=True)
class Integration:
    """An integration with its four keys."""

    consumer_key: str
    consumer_secret: str
    token: str
    token_secret: str
    resources: frozenset[str] | None = None
    revoked: bool = False


@dataclass(slots=True)
class Accounts:
    """All who may ask, and what was handed out to them."""

    users: list[User] = field(default_factory=list)
    integrations: list[Integration] = field(default_factory=list)
    tokens: dict[str, tuple[User, datetime]] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    minutes: int = 60
    logins: int = 0
    """How often a login was tried, for whoever counts."""

    def end_all(self, now: datetime) -> None:
        """Every admin token is past its life."""
        self.tokens = {token: (user, min(until, now)) for token, (user, until) in self.tokens.items()}

    def revoke(self) -> None:
        """Passwords were changed and integrations withdrawn."""
        self.tokens.clear()
        for user in self.users:
            user.password += " (changed)"
        for each in self.integrations:
            each.revoked = True


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _jwt(uid: int, now: datetime, minutes: int, number: int) -> str:
    issued = int(now.timestamp())
    head = {"kid": "1", "alg": "HS256"}
    # the number keeps two tokens of one second apart, as a shop's own random id would
    claims = {"uid": uid, "utypid": 2, "iat": issued, "exp": issued + 60 * minutes}
    plain = f"{_b64(json.dumps(head).encode())}.{_b64(json.dumps(claims).encode())}"
    return f"{plain}.{_b64(hmac.digest(_KEY, f'{plain}{number}'.encode(), hashlib.sha256))}"


def admin_token(shop: Shop, call: Call) -> str:
    """The first factor alone; refused where the shop asks for two."""
    user = _signed_in(shop, call)
    if shop.switches.two_factor:
        words = "Please use the 2fa provider-specific endpoints to obtain a token."
        raise Fault(400, words, {"active_providers": ["google"]})
    return _issue(shop, user)


def two_factor_token(shop: Shop, call: Call) -> str:
    """Both factors."""
    user = _signed_in(shop, call)
    if str(call.part("otp")) != _digits(user.totp, shop.now()):
        raise Fault(400, "Invalid OTP code")
    return _issue(shop, user)


def _signed_in(shop: Shop, call: Call) -> User:
    name, password = str(call.part("username")), str(call.part("password"))
    shop.accounts.logins += 1
    user = next((each for each in shop.accounts.users if each.username == name), None)
    if user is None or (user.locked_until is not None and shop.now() < user.locked_until):
        raise Fault(401, _SIGN_IN)
    if user.password != password:
        user.failures += 1
        if user.failures >= _MOST_FAILURES:
            user.locked_until, user.failures = shop.now() + _LOCKED_FOR, 0
        raise Fault(401, _SIGN_IN)
    user.failures = 0
    return user


def _issue(shop: Shop, user: User) -> str:
    accounts = shop.accounts
    token = _jwt(accounts.users.index(user) + 1, shop.now(), accounts.minutes, len(accounts.tokens) + accounts.logins)
    accounts.tokens[token] = (user, shop.now() + timedelta(minutes=accounts.minutes))
    return token


def _digits(seed: str, now: datetime) -> str:
    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    digest = hmac.digest(key, (int(now.timestamp()) // 30).to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def caller_of(shop: Shop, header: str, method: str, url: str, query: Sequence[tuple[str, str]]) -> Caller:
    """Who a header speaks for. A bearer nobody knows is a guest; a signature that is wrong is an error."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return _bearer(shop, rest.strip())
    if scheme.lower() == "oauth":
        given = {unquote(name): unquote(value) for name, value in _PAIR.findall(rest)}
        return _signed(shop, given, method, url, query)
    return Caller()


def _bearer(shop: Shop, token: str) -> Caller:
    known = shop.accounts.tokens.get(token)
    if known is not None and shop.now() < known[1]:
        return Caller(known[0].resources)
    found = next((each for each in shop.accounts.integrations if each.token == token and not each.revoked), None)
    return Caller(found.resources) if found and shop.switches.bearer else Caller()


def _signed(shop: Shop, given: Mapping[str, str], method: str, url: str, query: Sequence[tuple[str, str]]) -> Caller:
    for name in ("oauth_consumer_key", "oauth_token", "oauth_signature", "oauth_nonce", "oauth_timestamp"):
        if not given.get(name):
            raise required(name)
    if given.get("oauth_signature_method") != "HMAC-SHA256":
        words = "Signature method %1 is not supported"
        raise Fault(400, words, [given.get("oauth_signature_method", "")])
    accounts = shop.accounts
    found = next((each for each in accounts.integrations if each.consumer_key == given["oauth_consumer_key"]), None)
    if found is None:
        raise Fault(401, "A consumer having the specified key does not exist")
    _check_nonce(shop, given, accounts.integrations.index(found) + 1)
    if found.token != given["oauth_token"] or found.revoked:
        raise Fault(401, "Specified token does not exist")
    pairs = [*query, *((name, value) for name, value in given.items() if name not in ("oauth_signature", "realm"))]
    if not hmac.compare_digest(signature(found, method, url, pairs), given["oauth_signature"]):
        raise Fault(401, "The signature is invalid. Verify and try again.")
    return Caller(found.resources)


def _check_nonce(shop: Shop, given: Mapping[str, str], consumer: int) -> None:
    if abs(int(given["oauth_timestamp"]) - shop.now().timestamp()) > _CLOCKS_APART:
        raise Fault(400, "The timestamp value in the oauth_timestamp parameter is invalid")
    used = (given["oauth_consumer_key"], given["oauth_nonce"])
    if used in shop.accounts.nonces:
        raise Fault(401, "The nonce is already being used by the consumer with ID %1", [str(consumer)])
    shop.accounts.nonces.add(used)


def signature(keys: Integration, method: str, url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """HMAC-SHA256 of method, address and sorted parameters, by RFC 5849."""
    quoted = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs)
    joined = "&".join(f"{name}={value}" for name, value in quoted)
    base = "&".join(quote(part, safe="~") for part in (method, url, joined))
    key = f"{quote(keys.consumer_secret, safe='~')}&{quote(keys.token_secret, safe='~')}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha256)).decode()


ROUTES: tuple[Route, ...] = (
    route("POST", "/integration/admin/token", ANYBODY, admin_token),
    route("POST", "/tfa/provider/google/authenticate", ANYBODY, two_factor_token),
)
