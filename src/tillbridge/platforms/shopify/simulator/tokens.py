"""Who may call: both grants, tokens that end, and the scopes the app was granted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from .shop import Shop

CLIENT_ID = "4f1c8a2e9b7d4c3f8a6e5d4c3b2a1908"
CLIENT_SECRET = "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"
LEGACY_TOKEN = "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"
AUTHORIZATION_CODE = "b1f3c09e7a4d"

_DAY, _HOUR, _NINETY_DAYS = 86_399, 3_600, 7_776_000
_REUSABLE = timedelta(days=30)
_BASE = [
    "read_products", "write_products", "read_inventory", "write_inventory", "read_locations", "read_orders",
    "write_orders", "read_customers", "write_customers", "read_discounts",
]  # fmt: skip
_GIFT = ["read_gift_cards", "read_gift_card_transactions", "write_gift_card_transactions"]


@dataclass(slots=True)
class Refresh:
    """A refresh token: good for 90 days; once used, again until its successor is used, for 30 days at most."""

    born: datetime
    first_used: datetime | None = None
    spent: bool = False

    def good(self, now: datetime) -> bool:
        if self.spent or now >= self.born + timedelta(seconds=_NINETY_DAYS):
            return False
        return self.first_used is None or now < self.first_used + _REUSABLE


@dataclass(slots=True)
class Tokens:
    """Access tokens by value with their end; refresh tokens by value."""

    shop: Shop
    access: dict[str, datetime | None] = field(default_factory=lambda: {LEGACY_TOKEN: None})
    refresh: dict[str, Refresh] = field(default_factory=dict)
    born_of: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=lambda: {AUTHORIZATION_CODE})

    @property
    def revoked(self) -> bool:
        """Whether the merchant took the app out: no token is good and none is given."""
        return not self.shop.switches.installed

    @revoked.setter
    def revoked(self, value: bool) -> None:
        self.shop.switches.installed = not value

    def scopes(self) -> list[str]:
        extra = _GIFT if self.shop.switches.gift_card_scopes else []
        every = [*_BASE, *extra, *(["read_all_orders"] if self.shop.switches.all_orders else [])]
        return [each for each in every if each != self.shop.switches.withheld_scope]

    def accepts(self, token: str | None) -> bool:
        """Whether a call may go on. The first use of a new token ends the refresh token it came of."""
        if token is None or token not in self.access or self.revoked:
            return False
        ends = self.access[token]
        if ends is not None and self.shop.now() >= ends:
            return False
        if old := self.born_of.pop(token, None):
            self.refresh[old].spent = True
        return True

    def expire(self) -> None:
        self.access = {token: ends and self.shop.now() for token, ends in self.access.items()}

    def grant(self, given: Mapping[str, Any]) -> Response:
        """The answer of the token address, whichever grant was asked for."""
        if given.get("client_id") != CLIENT_ID:
            return _no("application_cannot_be_found", "Oauth error application_cannot_be_found")
        if given.get("client_secret") != CLIENT_SECRET or self.revoked:
            return _no("invalid_client", "Oauth error invalid_client: Client authentication failed")
        match given.get("grant_type"):
            case "client_credentials":
                return self._client_credentials()
            case "refresh_token":
                return self._refreshed(str(given.get("refresh_token") or ""))
        return self._by_code(str(given.get("code") or ""), bool(given.get("expiring")))

    def _client_credentials(self) -> Response:
        if not self.shop.switches.permitted:
            words = "Oauth error shop_not_permitted: Client credentials cannot be performed on this shop."
            return HTMLResponse(f"<html><body><h1>{words}</h1></body></html>", 400)
        token = self._new_access(_DAY)
        return JSONResponse({"access_token": token, "scope": ",".join(self.scopes()), "expires_in": _DAY})

    def _by_code(self, code: str, expiring: bool) -> Response:
        if code not in self.codes:
            return JSONResponse(
                {
                    "error": "invalid_request",
                    "error_description": "The authorization code was not found or was already used",
                },
                400,
            )
        self.codes.discard(code)
        if not expiring:
            token = f"shpat_{secrets.token_hex(16)}"
            self.access[token] = None
            return JSONResponse({"access_token": token, "scope": ",".join(self.scopes())})
        return self._pair(old="")

    def _refreshed(self, old: str) -> Response:
        known = self.refresh.get(old)
        if known is None or not known.good(self.shop.now()):
            words = "The refresh token is invalid or expired"
            return JSONResponse({"error": "invalid_grant", "error_description": words}, 400)
        known.first_used = known.first_used or self.shop.now()
        return self._pair(old)

    def _pair(self, old: str) -> Response:
        access, refresh = self._new_access(_HOUR), f"shprt_{secrets.token_hex(16)}"
        self.refresh[refresh] = Refresh(self.shop.now())
        if old:
            self.born_of[access] = old
        return JSONResponse({
            "access_token": access, "scope": ",".join(self.scopes()), "expires_in": _HOUR, "refresh_token": refresh,
            "refresh_token_expires_in": _NINETY_DAYS,
        })  # fmt: skip

    def _new_access(self, seconds: int) -> str:
        token = f"shpat_{secrets.token_hex(16)}"
        self.access[token] = self.shop.now() + timedelta(seconds=seconds)
        return token


def _no(code: str, words: str) -> Response:
    return HTMLResponse(f"<html><body><h1>{words}</h1></body></html>", 400, {"X-Error": code})
