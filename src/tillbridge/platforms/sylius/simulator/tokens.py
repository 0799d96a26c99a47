"""Who may call: logins, hour-long tokens with claims and a signature, and the refresh token add-on."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .http import FirewallError
from .state import ADMIN, SHOP, Row, Shop

EMAIL, PASSWORD, TILL_EMAIL = "till@harbourlane.example", "ferry-cable-lantern-9", "till-sales@harbourlane.example"
REFRESH_PATH = f"{ADMIN}/administrators/token/refresh"
ROLE = "ROLE_API_ACCESS"
LIFE = 3600
_REFRESH_LIFE = timedelta(days=30)
_NOT_FOUND, _INVALID, _EXPIRED = "JWT Token not found", "Invalid JWT Token", "Expired JWT Token"
_WRONG = "Invalid credentials."


@dataclass(slots=True)
class Tokens:
    """Tokens made here are known by their signature; ``issued`` and ``ended`` hold their numbers."""

    shop: Shop
    key: bytes = b"the shop's own key"
    life: int = LIFE
    issued: int = 0
    ended: int = 0
    refresh: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    logins: list[tuple[str, bool]] = field(default_factory=list)
    """Each login with its outcome, for tests."""

    def login(self, body: Any, users: list[Row], section: str) -> Row:
        """A token for a person. Raises FirewallError as the bundle does."""
        if not isinstance(body, dict) or "email" not in body or "password" not in body:
            raise FirewallError(400, "Bad Request")
        named = (body["email"] or "") if isinstance(body["email"], str) else ""
        found = next((each for each in users if named in (each["email"], each.get("username")) and named), None)
        good = found is not None and found["password"] == body["password"] and found.get("enabled", True)
        self.logins.append((named, good))
        if found is None or not good:
            raise FirewallError(401, _WRONG)
        answer: Row = {"token": self._jwt(found, section)}
        if section == ADMIN:
            answer["adminUser"] = f"{ADMIN}/administrators/{found['id']}"
            answer |= self._with_refresh(found["email"])
        else:
            answer["customer"] = f"{SHOP}/customers/{found['customer']}"
        return answer

    def _with_refresh(self, email: str) -> Row:
        switches = self.shop.switches
        if not switches.refresh_add_on or switches.refresh_in_cookie:
            return {}
        token = secrets.token_hex(32)
        self.refresh[token] = (email, self.shop.now() + _REFRESH_LIFE)
        return {"refresh_token": token, "refresh_token_expiration": int(self.refresh[token][1].timestamp())}

    def renewed(self, body: Any) -> Row:
        """A new token for a refresh token; rotating shops take the old one away."""
        given = body.get("refresh_token") if isinstance(body, dict) else None
        if not given:
            raise FirewallError(401, "Missing JWT Refresh Token")
        known = self.refresh.get(str(given))
        if known is None:
            raise FirewallError(401, "JWT Refresh Token Not Found")
        email, ends = known
        person = next((each for each in self.shop.administrators if each["email"] == email), None)
        if ends <= self.shop.now() or person is None or not person.get("enabled", True):
            raise FirewallError(401, "Invalid JWT Refresh Token")
        answer: Row = {"token": self._jwt(person, ADMIN)}
        if not self.shop.switches.refresh_rotates:
            return {**answer, "refresh_token": given}
        del self.refresh[str(given)]
        return {**answer, **self._with_refresh(email)}

    def _jwt(self, person: Row, section: str) -> str:
        begins = int(self.shop.now().timestamp())
        self.issued += 1
        name = person["username"] if section == ADMIN else person["email"]
        claims = {
            "iat": begins,
            "exp": begins + self.life,
            "roles": person["roles"],
            "username": name,
            "jti": self.issued,
        }
        if section != ADMIN:
            claims["shop"] = True
        head = _part({"typ": "JWT", "alg": "RS256"}) + "." + _part(claims)
        return f"{head}.{self._sign(head)}"

    def _sign(self, head: str) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self.key, head.encode(), hashlib.sha256)).rstrip(b"=").decode()

    def demand(self, authorization: str) -> list[str]:
        """The roles of the administrator who calls. Raises FirewallError."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            raise FirewallError(401, _NOT_FOUND)
        claims = self._claims(token)
        if claims["exp"] <= self.shop.now().timestamp() or claims["jti"] <= self.ended:
            raise FirewallError(401, _EXPIRED)
        people = self.shop.administrators
        person = next((each for each in people if each["username"] == claims["username"]), None)
        if person is None or claims.get("shop"):
            raise FirewallError(401, _WRONG)
        if not person.get("enabled", True):
            raise FirewallError(401, _INVALID)
        return list(person["roles"])

    def _claims(self, token: str) -> Row:
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(head).encode()):
            raise FirewallError(401, _INVALID)
        part = head.partition(".")[2]
        claims: Row = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return claims

    def expire(self) -> None:
        """All tokens given so far are past their life; the next are good."""
        self.ended = self.issued

    def revoke(self) -> None:
        """The administrator is switched off: neither tokens nor logins are good."""
        self.refresh.clear()
        for each in self.shop.administrators:
            each["enabled"] = False


def _part(value: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
